import { describe, expect, it } from '@jest/globals';
import { resourceSettings, type ResourceSettings } from '@pontage/contracts/resource-registry';
import {
  chosenOf,
  firstVersion,
  isDestinationChanged,
  nextVersion,
  noCredential,
  refuseMovedSecret,
  viewOf,
  type Credential,
} from './resource.js';

const by = { type: 'service', id: 's', display: 's' } as const;
const settings = (more: object = {}): ResourceSettings =>
  resourceSettings.parse({ name: 'orders', baseUrl: 'https://a.example/v1', ...more });
const plain = (more: object = {}) => ({ settings: settings(more), secretsId: null });
const secret: Credential = {
  credentialId: 'c1',
  authentication: { method: 'oauth2', nested: { clientSecret: { set: true, fingerprint: 'f' } } },
};

describe('a resource', () => {
  it('goes on version by version and keeps when it began', () => {
    const first = firstVersion('id', plain(), noCredential, by);
    const second = nextVersion(first, plain({ description: 'd' }), secret, by);
    expect(second).toMatchObject({
      id: 'id',
      version: 2,
      credentialId: 'c1',
      createdAt: first.createdAt,
      settings: { description: 'd' },
    });
    expect(first).toMatchObject({ version: 1, credentialId: null, settings: { description: '' } });
  });

  it('shows its readers neither the credential’s id nor who saved it', () => {
    const shown = viewOf(firstVersion('id', plain(), secret, by));
    expect(Object.keys(shown)).not.toEqual(expect.arrayContaining(['credentialId']));
    expect(shown).toMatchObject({ id: 'id', version: 1, name: 'orders', authentication: secret.authentication });
    expect(chosenOf({ settings: settings(), authentication: secret.authentication })).toMatchObject({
      name: 'orders',
      authentication: secret.authentication,
    });
  });
});

describe('a kept secret', () => {
  const before = firstVersion('id', plain(), secret, by);
  const moved =
    (more: object, credential = secret) =>
    () =>
      refuseMovedSecret({ ...before, ...credential }, settings(more));

  it('goes to no other base URL, region or TLS settings', () => {
    expect(moved({ baseUrl: 'https://b.example/v1' })).toThrow(expect.objectContaining({ slug: 'secret-required' }));
    expect(moved({ baseUrl: 'https://a.example/v2' })).toThrow(expect.objectContaining({ slug: 'secret-required' }));
    expect(moved({ region: 'eu' })).toThrow(expect.objectContaining({ slug: 'secret-required' }));
    expect(moved({ tls: { allowSelfSigned: true } })).toThrow(expect.objectContaining({ slug: 'secret-required' }));
    expect(moved({ tls: { ca: '-----BEGIN CERTIFICATE-----' } })).toThrow(
      expect.objectContaining({ slug: 'secret-required' }),
    );
  });

  it('stays where nothing about the place changes, and hinders nobody who has none', () => {
    expect(moved({ description: 'd', headers: [['A', '1']] })).not.toThrow();
    expect(moved({ baseUrl: 'https://b.example' }, noCredential)).not.toThrow();
    expect(isDestinationChanged(settings(), settings({ timeoutMs: 100 }))).toBe(false);
  });
});
