import { describe, expect, it } from '@jest/globals';
import { conformsToAuthMethod } from '../auth-method.conformance.js';
import { oauth2 } from './oauth2.js';

const given = { grant: 'client_credentials', tokenUrl: 'https://login.example.com/token', clientId: 'c' };

const person = { grant: 'authorization_code', authorizationUrl: 'https://login.example.com/authorize' };

conformsToAuthMethod(oauth2, [
  {
    credential: { settings: oauth2.settings.parse(given), secrets: { clientSecret: 'canary-cl1ent' } },
    grant: { value: { accessToken: 'canary-t0ken' }, expiresAt: null },
  },
]);

const pointers = (changes: object): string[] =>
  oauth2.settings.safeParse({ ...given, ...changes }).error?.issues.map(({ path }) => path.join('/')) ?? [];

describe('oauth2 settings', () => {
  it('fill in what most providers want', () => {
    expect(oauth2.settings.parse(given)).toMatchObject({
      clientAuthentication: 'basic',
      scopes: [],
      extraParams: {},
      accessTokenLifespanSeconds: null,
    });
  });

  it.each<[string, object]>([
    ['grant', { grant: 'password' }],
    ['authorizationUrl', { grant: 'authorization_code' }],
    ['authorizationUrl', { authorizationUrl: 'https://login.example.com/authorize' }],
    ['revocationUrl', { revocationUrl: 'https://elsewhere.example.com/revoke' }],
    ['share', { share: 'everyone' }],
    ['prompt', { ...person, prompt: 'often' }],
    ['extraParams/state', { ...person, extraParams: { state: 'x' } }],
    ['grant', { grant: undefined }],
    ['tokenUrl', { tokenUrl: undefined }],
    ['tokenUrl', { tokenUrl: '/token' }],
    ['tokenUrl', { tokenUrl: 'ftp://h/token' }],
    ['tokenUrl', { tokenUrl: 'https://u:p@h/token' }],
    ['tokenUrl', { tokenUrl: 'https://h/token#x' }],
    ['issuer', { issuer: 'x' }],
    ['clientId', { clientId: '' }],
    ['clientAuthentication', { clientAuthentication: 'tls_client_auth' }],
    ['scopes/1', { scopes: ['a', 'b c'] }],
    ['extraParams/client_secret', { extraParams: { client_secret: 'x' } }],
    ['extraParams/grant_type', { extraParams: { grant_type: 'password' } }],
    ['accessTokenLifespanSeconds', { accessTokenLifespanSeconds: 0 }],
    ['verificationUrl', { verificationUrl: '//evil.example/me' }],
    ['verificationUrl', { verificationUrl: 'ftp://h/me' }],
  ])('point at %s in %j', (pointer, changes) => {
    expect(pointers(changes)).toEqual([pointer]);
  });

  it('take an issuer in place of the token URL, and variables', () => {
    expect(pointers({ tokenUrl: undefined, issuer: 'https://login.example.com' })).toEqual([]);
    expect(pointers({ tokenUrl: '{{ config.TOKEN_URL }}', clientId: '{{ config.CLIENT }}' })).toEqual([]);
  });

  it('name where the upstream tells who is signed in', () => {
    const at = (verificationUrl: string) =>
      oauth2.verificationUrl?.(oauth2.settings.parse({ ...given, verificationUrl }));
    expect(['/me', 'https://api.example.com/me', '{{ config.VERIFY }}'].map(at)).toEqual([
      '/me',
      'https://api.example.com/me',
      '{{ config.VERIFY }}',
    ]);
    expect(oauth2.verificationUrl?.(oauth2.settings.parse(given))).toBeUndefined();
  });

  it('name the place that secrets are sent to', () => {
    expect(oauth2.destination?.(oauth2.settings.parse(given))).toBe('https://login.example.com/token');
  });
});
