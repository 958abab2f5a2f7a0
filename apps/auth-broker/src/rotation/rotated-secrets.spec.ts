import { authMethods, type AuthMethod, type Credential } from '@pontage/auth-methods';
import { describe, expect, it } from '@jest/globals';
import type { Problem } from '@pontage/problems';
import { withRotated } from './rotated-secrets.js';

const method = (id: string): AuthMethod => {
  const found = authMethods.get(id);
  if (found === undefined) throw new Error(id);
  return found;
};
const basic: Credential = { settings: { username: 'u' }, secrets: { password: 'old' } };
const aws: Credential = {
  settings: { region: 'eu-central-1', accessKeyId: 'AKIDOLD' },
  secrets: { secretAccessKey: 'old', sessionToken: 'old-token' },
};
const oauth1: Credential = {
  settings: { consumerKey: 'c', accessToken: 't', signatureMethod: 'HMAC-SHA1' },
  secrets: { consumerSecret: 'cs', tokenSecret: 'ts' },
};
const oauth2: Credential = {
  settings: {
    grant: 'client_credentials',
    tokenUrl: 'https://id.example/token',
    clientId: 'c',
    clientAuthentication: 'basic',
  },
  secrets: { clientSecret: 'old' },
};

const faultsOf = (id: string, credential: Credential, fields: Record<string, unknown>): string[] => {
  try {
    withRotated(method(id), credential, fields);
    return [];
  } catch (error) {
    return (error as Problem).errors.map(({ pointer }) => pointer);
  }
};

describe('a rotated credential', () => {
  it('has the new secret, and keeps what belongs to none', () => {
    expect(withRotated(method('basic'), basic, { password: 'new' })).toEqual({
      settings: { username: 'u' },
      secrets: { password: 'new' },
    });
    const rotated = withRotated(method('oauth2'), oauth2, { clientSecret: 'new' });
    expect(rotated).toMatchObject({
      settings: { tokenUrl: 'https://id.example/token' },
      secrets: { clientSecret: 'new' },
    });
  });

  it('takes the name along that belongs to the secret, and drops the secrets of the key before', () => {
    const given = { accessKeyId: 'AKIDNEW', secretAccessKey: 'new' };
    expect(withRotated(method('aws-sigv4'), aws, given)).toMatchObject({
      settings: { region: 'eu-central-1', accessKeyId: 'AKIDNEW' },
      secrets: { secretAccessKey: 'new' },
    });
    expect(withRotated(method('aws-sigv4'), aws, given).secrets).not.toHaveProperty('sessionToken');
  });

  it('keeps the secrets of other pairs', () => {
    expect(withRotated(method('oauth1'), oauth1, { accessToken: 't2', tokenSecret: 'ts2' })).toMatchObject({
      settings: { consumerKey: 'c', accessToken: 't2' },
      secrets: { consumerSecret: 'cs', tokenSecret: 'ts2' },
    });
  });

  it.each<[string, string, Credential, Record<string, unknown>, string[]]>([
    ['a URL', 'oauth2', oauth2, { clientSecret: 'new', tokenUrl: 'https://evil.example' }, ['/tokenUrl']],
    ['an unknown field', 'basic', basic, { password: 'new', 'a/b': 1 }, ['/a~1b']],
    ['nothing', 'basic', basic, {}, ['']],
    ['an empty secret', 'basic', basic, { password: '' }, ['/password']],
    ['null', 'basic', basic, { password: null }, ['/password']],
    ['a placeholder', 'basic', basic, { password: { set: true, fingerprint: 'x' } }, ['/password']],
    ['a name without its secret', 'aws-sigv4', aws, { accessKeyId: 'AKIDNEW' }, ['/secretAccessKey']],
    ['a part of a key', 'aws-sigv4', aws, { sessionToken: 'new' }, ['/secretAccessKey']],
    ['a malformed secret', 'basic', basic, { password: 'a\nb' }, ['/password']],
    ['a malformed template', 'basic', basic, { password: '{{ 1 + 1 }}' }, ['/password']],
    ['any field of a method without secrets', 'none', { settings: {}, secrets: {} }, { token: 'new' }, []],
  ])('is refused with %s', (_, id, credential, fields, pointers) => {
    expect(() => withRotated(method(id), credential, fields)).toThrow();
    expect(faultsOf(id, credential, fields)).toEqual(pointers);
  });

  it('tells no value', () => {
    for (const fields of [{ password: 'canary\n' }, { canary: 'canary-value' }])
      try {
        withRotated(method('basic'), basic, fields);
        throw new Error('not refused');
      } catch (error) {
        expect(JSON.stringify((error as Problem).toWire())).not.toMatch(/canary-value|canary\\n/);
      }
  });

  it('is possible for every method that has secrets, and names fields that there are', () => {
    for (const each of authMethods.values()) {
      const secrets = Object.keys(each.secrets.shape);
      const groups = each.rotates ?? [];
      expect([each.id, [...groups.flat().filter((name) => secrets.includes(name))].sort()]).toEqual([
        each.id,
        [...secrets].sort(),
      ]);
      const known = [...secrets, ...Object.keys(each.settings.shape)];
      expect(groups.flat().filter((name) => !known.includes(name))).toEqual([]);
    }
  });
});
