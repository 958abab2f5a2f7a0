import { describe, expect, it } from '@jest/globals';
import { resourceSettings, type ResourceSettings } from '@pontage/contracts/resource-registry';
import {
  chosenOf,
  firstVersion,
  nextVersion,
  noCredential,
  viewOf,
  type Credential,
  type ResourceContent,
} from './resource.js';

const by = { type: 'service', id: 's', display: 's' } as const;
const settings = (more: object = {}): ResourceSettings =>
  resourceSettings.parse({ name: 'orders', baseUrl: 'https://a.example/v1', ...more });
const content = (credential: Credential, more: object = {}): ResourceContent => ({
  ...credential,
  settings: settings(more),
  secretsId: null,
  environmentCredentials: {},
  secretsSince: {},
});
const secret: Credential = {
  credentialId: 'c1',
  authentication: { method: 'oauth2', nested: { clientSecret: { set: true, fingerprint: 'f' } } },
};

describe('a resource', () => {
  it('goes on version by version and keeps when it began', () => {
    const first = firstVersion('id', content(noCredential), by);
    const second = nextVersion(first, content(secret, { description: 'd' }), by);
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
    const shown = viewOf(firstVersion('id', content(secret), by));
    expect(Object.keys(shown)).not.toEqual(expect.arrayContaining(['credentialId']));
    expect(shown).toMatchObject({ id: 'id', version: 1, name: 'orders', authentication: secret.authentication });
    expect(chosenOf({ settings: settings(), authentication: secret.authentication })).toMatchObject({
      name: 'orders',
      authentication: secret.authentication,
    });
  });
});
