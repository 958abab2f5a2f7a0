import { describe, expect, it } from '@jest/globals';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import type { AuthFetch } from '../auth-method.js';
import { auth0 } from './auth0.js';

const given = { domain: 'example.eu.auth0.com', grant: 'client_credentials', clientId: 'c', audience: 'https://api' };
const settings = auth0.settings.parse(given);

conformsToAuthMethod(auth0, [
  {
    credential: { settings, secrets: { clientSecret: 'canary-cl1ent' } },
    grant: { value: { accessToken: 'canary-t0ken' }, expiresAt: null },
  },
]);

describe('auth0', () => {
  it('asks the tenant of its domain for a token of the audience', async () => {
    let asked: [string, unknown] | undefined;
    const fetch: AuthFetch = (url, { body }) => {
      asked = [url, Object.fromEntries(new URLSearchParams(String(body)))];
      return Promise.resolve(Response.json({ access_token: 't', token_type: 'Bearer', expires_in: 86_400 }));
    };
    await auth0.acquire?.(
      { settings: auth0.settings.parse({ ...given, clientAuthentication: 'post' }), secrets: { clientSecret: 's' } },
      { fetch, now: () => new Date(), organisation: 'org' },
    );
    expect(asked).toEqual([
      'https://example.eu.auth0.com/oauth/token',
      { grant_type: 'client_credentials', audience: 'https://api', client_id: 'c', client_secret: 's' },
    ]);
    expect(auth0.destination?.(settings)).toBe('https://example.eu.auth0.com/');
  });

  it.each<[string, object]>([
    ['domain', { domain: 'https://example.auth0.com' }],
    ['domain', { domain: 'example.auth0.com/evil' }],
    ['domain', { domain: 'user@example.auth0.com' }],
    ['domain', { domain: undefined }],
    ['grant', { grant: 'password' }],
    ['tokenUrl', { tokenUrl: 'https://h/token' }],
    ['issuer', { issuer: 'https://h/' }],
  ])('points at %s in %j', (pointer, changes) => {
    const { error } = auth0.settings.safeParse({ ...given, ...changes });
    const issues = error?.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('/')],
    );
    expect(issues).toEqual([pointer]);
  });

  it('needs what the client authentication needs', () => {
    const needs = (clientAuthentication: string) =>
      auth0.needs?.(auth0.settings.parse({ ...given, clientAuthentication }));
    expect(['basic', 'post', 'private_key_jwt', 'none'].map(needs)).toEqual([
      ['clientSecret'],
      ['clientSecret'],
      ['privateKey'],
      [],
    ]);
  });
});
