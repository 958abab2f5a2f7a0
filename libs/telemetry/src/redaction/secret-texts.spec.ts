import { describe, expect, it } from '@jest/globals';
import { secretTexts } from './secret-texts.js';

describe('secretTexts', () => {
  it('are the texts of what is secret as a whole', () => {
    expect(secretTexts('token')).toEqual(['token']);
    expect(secretTexts({ private_key: 'pem', client_email: 'a@b', deep: ['one', { two: 'two' }] })).toEqual([
      'pem',
      'one',
      'two',
    ]);
  });

  it('are not what says where a secret stands', () => {
    const place = { setting: 'headers', name: 'x-key' };
    const drafted = { place, pointer: '/headers/0/1', value: 'secret', certificate: 'a certificate' };
    expect(secretTexts({ s0: drafted })).toEqual(['secret']);
  });
});
