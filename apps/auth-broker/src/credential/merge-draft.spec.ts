import { authMethods, type AuthMethod } from '@pontage/auth-methods';
import { describe, expect, it } from '@jest/globals';
import { mergeSecrets, type Base } from './merge-draft.js';
import type { Draft } from '../draft/draft-store.js';

const oauth2 = authMethods.get('oauth2') as AuthMethod;
const basic = authMethods.get('basic') as AuthMethod;
const settings = (tokenUrl: string) => oauth2.settings.parse({ grant: 'client_credentials', tokenUrl, clientId: 'c' });
const draft: Draft = { method: 'oauth2', settings: settings('https://a/t'), secrets: {}, kept: ['clientSecret'] };
const base: Base = { method: 'oauth2', settings: settings('https://a/t'), secrets: { clientSecret: 'old' } };
const slug = (value: string) => expect.objectContaining({ slug: value });

describe('mergeSecrets', () => {
  it('keeps what shall stay and takes what is new', () => {
    expect(mergeSecrets(oauth2, draft, base, false)).toEqual({ clientSecret: 'old' });
    expect(mergeSecrets(oauth2, { ...draft, kept: [], secrets: { clientSecret: 'new' } }, base, true)).toEqual({
      clientSecret: 'new',
    });
  });

  it('wants a kept secret again when the destination changes', () => {
    expect(() => mergeSecrets(oauth2, draft, base, true)).toThrow(slug('secret-required'));
    expect(() => mergeSecrets(oauth2, { ...draft, settings: settings('https://a/other') }, base, false)).toThrow(
      slug('secret-required'),
    );
    expect(() => mergeSecrets(oauth2, draft, { ...base, settings: settings('https://evil/t') }, false)).toThrow(
      slug('secret-required'),
    );
  });

  it('points at a secret that is not there to be kept', () => {
    expect(() => mergeSecrets(oauth2, draft, undefined, false)).toThrow(slug('invalid-request'));
    expect(() => mergeSecrets(oauth2, draft, { ...base, secrets: {} }, false)).toThrow(slug('invalid-request'));
    const other: Base = { method: 'basic', settings: { username: 'u' }, secrets: { clientSecret: 'x', password: 'x' } };
    expect(() => mergeSecrets(oauth2, draft, other, false)).toThrow(slug('invalid-request'));
    expect(() =>
      mergeSecrets(
        basic,
        { method: 'basic', settings: { username: 'u' }, secrets: {}, kept: ['constructor'] },
        other,
        false,
      ),
    ).toThrow(slug('invalid-request'));
  });
});
