import { describe, expect, it } from '@jest/globals';
import { foldedName, identityHeader } from './identity-header.js';

const accepts = (name: string, claims: unknown = []) => identityHeader.safeParse({ name, claims }).success;

describe('the header that says who called', () => {
  it.each(['Pontage-Identity', 'X-User', 'x_user', 'Cf-Access-Jwt-Assertion', 'Identity'])('may be %s', (name) => {
    expect(accepts(name)).toBe(true);
  });

  it.each([
    ...['Authorization', 'Proxy-Authorization', 'Host', 'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Upgrade'],
    ...['Transfer-Encoding', 'Content-Length', 'Content-Type', 'Expect', 'Cookie', 'Set-Cookie', 'Accept', 'Range'],
    ...[
      'accept-encoding',
      'If-Match',
      'Origin',
      'Referer',
      'User-Agent',
      'Forwarded',
      'X-Forwarded-For',
      'Via',
      'Date',
    ],
    ...['X-Amz-Date', 'Content_Type', 'X-HTTP-Method-Override', 'X-Original-URL', '', 'two words', 'a:b', 'ü', 'a\nb'],
  ])('is not %j', (name) => {
    expect(accepts(name)).toBe(false);
  });

  it('has claims of a closed list, each once', () => {
    expect(accepts('X-User', ['email', 'metadata', 'actor'])).toBe(true);
    for (const claims of [['sub'], ['exp'], ['password'], ['email', 'email'], 'email'])
      expect(accepts('X-User', claims)).toBe(false);
  });

  it('is one name with another that servers take for it', () => {
    expect(foldedName('X_User')).toBe(foldedName('x-user'));
  });
});
