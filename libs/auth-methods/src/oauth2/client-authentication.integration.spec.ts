import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Provider } from 'oidc-provider';
import { oauth2 } from './oauth2.js';

const pair = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ed25519: generateKeyPairSync('ed25519'),
};
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwk = (key: KeyObject, more: object) => ({ ...key.export({ format: 'jwk' }), ...more });

const server = createServer((request, response) => void provider.callback()(request, response));
const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
let provider: Provider;

/** jest's own makes objects of another realm, which the provider does not take for plain ones. */
const clone = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(clone);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, clone(member)]));
};

/** A certified provider, with one client for each way of proving itself. */
beforeAll(async () => {
  globalThis.structuredClone = clone;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const common = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
  const signing = (id: keyof typeof pair, alg: string, kid?: string) => ({
    ...common,
    client_id: `${id}-${alg}`,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [jwk(pair[id].publicKey, kid === undefined ? {} : { kid })] },
  });
  provider = new Provider(base(), {
    clients: [
      { ...common, client_id: 'basic', client_secret: 's:e%c ret', token_endpoint_auth_method: 'client_secret_basic' },
      { ...common, client_id: 'post', client_secret: 's:e%c ret', token_endpoint_auth_method: 'client_secret_post' },
      { ...common, client_id: 'none', token_endpoint_auth_method: 'none' },
      signing('rsa', 'RS256'),
      signing('rsa', 'PS256', 'key-1'),
      signing('ec', 'ES256'),
      signing('p384', 'ES384'),
      signing('ed25519', 'EdDSA'),
    ],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] },
  });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const acquire = async (settings: object, secrets: object) =>
  oauth2.acquire?.(
    {
      settings: oauth2.settings.parse({ grant: 'client_credentials', issuer: base(), ...settings }),
      secrets: oauth2.secrets.parse(secrets),
    },
    {
      fetch: (url, init) => fetch(url, init as RequestInit),
      now: () => new Date(),
      organisation: 'org',
    },
  );
const withKey = (clientId: string, privateKey: unknown, more: object = {}) =>
  acquire({ clientId, clientAuthentication: 'private_key_jwt', ...more }, { privateKey });

describe('a client of a certified provider', () => {
  it.each(['basic', 'post'])('is let in by its secret: %s', async (clientAuthentication) => {
    const settings = { clientId: clientAuthentication, clientAuthentication };
    const grant = await acquire(settings, { clientSecret: 's:e%c ret' });
    expect(grant?.value.accessToken).toMatch(/^\S{20,}$/);
    await expect(acquire(settings, { clientSecret: 's:e%c+ret' })).rejects.toMatchObject({
      slug: 'credential-rejected',
    });
  });

  it.each<[string, unknown]>([
    ['rsa-RS256', pem(pair.rsa.privateKey)],
    ['rsa-PS256', jwk(pair.rsa.privateKey, { kid: 'key-1', alg: 'PS256' })],
    ['ec-ES256', pem(pair.ec.privateKey)],
    ['p384-ES384', JSON.stringify(jwk(pair.p384.privateKey, {}))],
    ['ed25519-EdDSA', pem(pair.ed25519.privateKey)],
  ])('is let in by its private key: %s', async (clientId, key) => {
    expect((await withKey(clientId, key))?.value.accessToken).toMatch(/^\S{20,}$/);
    // Where only the token URL is known, the assertion is for it.
    const direct = await withKey(clientId, key, { issuer: undefined, tokenUrl: `${base()}/token` });
    expect(direct?.value.accessToken).toMatch(/^\S{20,}$/);
  });

  it.each<[string, object]>([
    ['the issuer', { issuer: 'https://login.example.com/t1', tokenUrl: 'https://login.example.com/t1/token' }],
    ['the token URL where no issuer is known', { issuer: undefined, tokenUrl: 'https://login.example.com/t1/token' }],
  ])('proves itself to %s', async (_, { issuer, tokenUrl }: { issuer?: string; tokenUrl?: string }) => {
    let assertion = '';
    await oauth2.acquire?.(
      {
        settings: oauth2.settings.parse({
          grant: 'client_credentials',
          clientId: 'c',
          clientAuthentication: 'private_key_jwt',
          issuer,
          tokenUrl,
        }),
        secrets: { privateKey: pem(pair.ec.privateKey) },
      },
      {
        fetch: (_url, { body }) => {
          assertion = new URLSearchParams(String(body)).get('client_assertion') ?? '';
          return Promise.resolve(Response.json({ access_token: 't', token_type: 'bearer' }));
        },
        now: () => new Date(),
        organisation: 'org',
      },
    );
    const claims = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ iss: 'c', sub: 'c', aud: issuer ?? tokenUrl });
  });

  it('is not let in by the key of somebody else, or under another id for it', async () => {
    await expect(withKey('rsa-RS256', pem(stranger))).rejects.toMatchObject({ slug: 'credential-rejected' });
    await expect(withKey('rsa-PS256', jwk(pair.rsa.privateKey, { kid: 'key-2', alg: 'PS256' }))).rejects.toMatchObject({
      slug: 'credential-rejected',
    });
  });

  it('names itself alone when it has nothing to prove itself with', async () => {
    expect((await acquire({ clientId: 'none', clientAuthentication: 'none' }, {}))?.value.accessToken).toMatch(
      /^\S{20,}$/,
    );
    await expect(acquire({ clientId: 'basic', clientAuthentication: 'none' }, {})).rejects.toMatchObject({
      slug: 'credential-rejected',
    });
  });

  it('needs what its way of proving itself needs', async () => {
    await expect(acquire({ clientId: 'basic' }, {})).rejects.toMatchObject({
      slug: 'credential-rejected',
      detail: expect.stringContaining('client secret'),
    });
    expect(
      ['basic', 'post', 'private_key_jwt', 'none'].map((clientAuthentication) =>
        oauth2.needs?.(
          oauth2.settings.parse({ grant: 'client_credentials', issuer: base(), clientId: 'c', clientAuthentication }),
        ),
      ),
    ).toEqual([['clientSecret'], ['clientSecret'], ['privateKey'], []]);
  });
});
