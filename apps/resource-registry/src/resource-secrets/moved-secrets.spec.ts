import { describe, expect, it } from '@jest/globals';
import { resourceSettings, type ResourceSettings } from '@pontage/contracts/resource-registry';
import { noCredential, type Credential, type ResourceContent } from '../resource/resource.js';
import { refuseMovedCredentials, refuseSecretsTakenAlong } from './moved-secrets.js';

const settings = (more: object = {}): ResourceSettings =>
  resourceSettings.parse({ name: 'orders', baseUrl: 'https://a.example/v1', ...more });
const view = { method: 'oauth2', nested: { clientSecret: { set: true, fingerprint: 'f' } } };
const secret: Credential = { credentialId: 'c1', authentication: view };
const content = (credential: Credential, more: object = {}): ResourceContent => ({
  ...credential,
  settings: settings(more),
  secretsId: null,
  environmentCredentials: {},
  secretsSince: {},
});
const refused = (...pointers: string[]): unknown =>
  expect.objectContaining({
    slug: 'secret-required',
    errors: pointers.map((pointer) => ({ pointer, detail: expect.any(String) })),
  });

describe('a kept credential', () => {
  const moved =
    (more: object, credential = secret, before: object = {}) =>
    () =>
      refuseMovedCredentials(content(credential, before), settings(more), true);

  it('goes to no other base URL, region or TLS settings', () => {
    for (const there of [
      { baseUrl: 'https://b.example/v1' },
      { baseUrl: 'https://a.example/v2' },
      { region: 'eu' },
      { tls: { allowSelfSigned: true } },
      { tls: { ca: '-----BEGIN CERTIFICATE-----' } },
    ])
      expect(moved(there)).toThrow(refused('/authentication'));
  });

  it('goes to no further region to fall back on, and to fewer of them', () => {
    const to = (...fallback: string[]) => ({ region: 'eu', regionPolicy: { mode: 'prefer', fallback } });
    expect(moved(to('us'), secret, { region: 'eu' })).toThrow(refused('/authentication'));
    expect(moved(to('us', 'ap'), secret, to('us'))).toThrow(refused('/authentication'));
    expect(moved(to('us'), secret, to('ap', 'us'))).not.toThrow();
    expect(moved({ region: 'eu' }, secret, to('us'))).not.toThrow();
  });

  it('stays where nothing about the place changes, and hinders nobody who has none', () => {
    expect(moved({ description: 'd', headers: [['A', '1']], timeoutMs: 100 })).not.toThrow();
    expect(moved({ baseUrl: 'https://b.example' }, noCredential)).not.toThrow();
    expect(() => refuseMovedCredentials(content(secret), settings({ region: 'eu' }), false)).not.toThrow();
  });

  it('of an environment stays at the place that counts there', () => {
    const own = { environments: { staging: { authentication: view } } };
    const both = { ...own, baseUrl: 'https://b.example' };
    expect(moved(both, noCredential, own)).toThrow(refused('/environments/staging/authentication'));
    const apart = { environments: { staging: { authentication: view, baseUrl: 'https://s.example' } } };
    expect(moved({ ...apart, baseUrl: 'https://b.example' }, noCredential, apart)).not.toThrow();
    expect(moved(own, noCredential, apart)).toThrow(refused('/environments/staging/authentication'));
  });
});

describe('the secrets of all environments', () => {
  const along = (environments: object, more: object = {}, credential = secret) => {
    const given = content(credential, { ...more, environments });
    return () => refuseSecretsTakenAlong(given);
  };

  it('are not taken to where only one environment goes', () => {
    const elsewhere = { staging: { baseUrl: 'https://s.example' } };
    expect(along(elsewhere)).toThrow(refused('/environments/staging/authentication'));
    expect(along({ staging: { region: 'eu' } })).toThrow(refused('/environments/staging/authentication'));
    expect(along({ staging: { ...elsewhere.staging, authentication: { method: 'none' } } })).not.toThrow();
    expect(along({ staging: { timeoutMs: 500 } })).not.toThrow();
    expect(along(elsewhere, {}, noCredential)).not.toThrow();
  });

  it('count in each setting that an environment does not have itself', () => {
    const sealed = { headers: [['X-Key', { set: true, fingerprint: 'f' }]] };
    expect(along({ staging: { baseUrl: 'https://s.example' } }, sealed, noCredential)).toThrow(
      refused('/environments/staging/headers'),
    );
    expect(along({ staging: { baseUrl: 'https://s.example', headers: [] } }, sealed, noCredential)).not.toThrow();
  });
});
