import { describe, expect, it } from '@jest/globals';
import { returnTargetOf } from './return-target.js';

const own = { baseUrl: 'https://pontage.example/base', embedOrigin: 'https://embed.example' };
const target = (returnTo?: string) => returnTargetOf(returnTo, own, ['https://app.example', 'http://127.0.0.1:3000']);

describe('where a person is sent back to', () => {
  it.each([
    ['/docs?x=1#y', 'https://pontage.example/docs?x=1#y'],
    ['https://app.example/after?x=1', 'https://app.example/after?x=1'],
    ['https://APP.example:443', 'https://app.example/'],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000/'],
    ['https://embed.example/embedded/authed/1/', 'https://embed.example/embedded/authed/1/'],
  ])('may be %s', (given, url) => {
    expect(target(given)).toBe(url);
  });

  it('may be nowhere', () => {
    expect(target()).toBeNull();
  });

  it.each([
    '//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example',
    'https://evil.example/',
    'https://app.example.evil.example/',
    'https://app.example@evil.example/',
    'https://user:pw@app.example/',
    'http://app.example/',
    'https://app.example:8443/',
    'javascript:alert(1)',
    'data:text/html,x',
    'app.example',
    '',
    ' https://evil.example',
  ])('is never %j', (given) => {
    expect(() => target(given)).toThrow();
  });
});
