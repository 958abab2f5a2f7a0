import { describe, expect, it } from '@jest/globals';
import { SecretLedger } from '../request/injected-secrets.js';
import { requireIdentity, withIdentity } from './with-identity.js';

const identity = { header: 'X-User', token: 'signed.by.us', name: 'n' };
const rendered = (...headers: [string, string][]) => ({
  request: { method: 'GET', url: 'https://h/', headers, body: undefined },
  secrets: new SecretLedger({}, () => undefined),
  forwardedCookies: [],
});

describe('the identity on a request', () => {
  it('takes the place of whatever came under its name, in any spelling that a server could take for it', () => {
    const before = rendered(['x-user', 'forged'], ['X_USER', 'forged'], ['X-Users', 'stays']);
    const { request, secrets } = withIdentity(before, identity);
    expect(request.headers).toEqual([
      ['X-Users', 'stays'],
      ['X-User', 'signed.by.us'],
    ]);
    // So it is masked, looked for in answers, and left behind by a redirect to another origin.
    expect([secrets.texts, secrets.headers]).toEqual([['signed.by.us'], ['x-user']]);
  });

  it('is not sent where a credential has taken or doubled its header', () => {
    expect(() => requireIdentity(identity, withIdentity(rendered(), identity).request)).not.toThrow();
    expect(() => requireIdentity(undefined, rendered().request)).not.toThrow();
    const taken: [string, string][][] = [
      [],
      [['X-User', 'key']],
      [
        ['X-User', identity.token],
        ['x-user', 'key'],
      ],
    ];
    for (const headers of taken)
      expect(() => requireIdentity(identity, rendered(...headers).request)).toThrow(
        expect.objectContaining({
          slug: 'invalid-request',
          errors: [expect.objectContaining({ pointer: '/identityHeader/name' })],
        }),
      );
  });
});
