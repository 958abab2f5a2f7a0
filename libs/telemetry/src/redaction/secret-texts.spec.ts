import { expect, it } from '@jest/globals';
import { secretTexts } from './secret-texts.js';

it('finds the secret in a draft of a sealed value, and not what says where it stands', () => {
  const place = { setting: 'clientKey', name: '' };
  const drafted = {
    place,
    pointer: '/environments/staging/tls/clientKey',
    value: 'the key',
    certificate: 'a certificate',
  };
  expect(secretTexts({ s0: drafted })).toEqual(['the key']);
  expect(secretTexts({ kty: 'RSA', kid: 'k1', d: 'private' })).toEqual(['RSA', 'private']);
});
