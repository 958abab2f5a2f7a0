import { describe, expect, it } from '@jest/globals';
import { authMethods } from './auth-methods.js';
import type { AuthMethod, Credential } from './auth-method.js';
import { credentialVariables, renderCredential, templateErrors } from './render-credential.js';

const method = (id: string): AuthMethod => authMethods.get(id) as AuthMethod;
const oauth: Credential = {
  settings: method('oauth2').settings.parse({
    grant: 'client_credentials',
    tokenUrl: 'https://{{ config.HOST }}/token',
    clientId: 'c',
    scopes: ['a', '{{ config.SCOPE }}'],
    extraParams: { tenant: '{{config.TENANT}}' },
  }),
  secrets: { clientSecret: '{{ config["SECRET"] }}' },
};

describe('renderCredential', () => {
  it('fills in variables wherever a text stands', () => {
    expect(credentialVariables(oauth)).toEqual(['HOST', 'SCOPE', 'TENANT', 'SECRET']);
    const config = { HOST: 'login.example.com', SCOPE: 'b', TENANT: 't', SECRET: 's' };
    expect(renderCredential(method('oauth2'), oauth, { config })).toMatchObject({
      settings: { tokenUrl: 'https://login.example.com/token', scopes: ['a', 'b'], extraParams: { tenant: 't' } },
      secrets: { clientSecret: 's' },
    });
  });

  it('names a variable that has no value', () => {
    expect(() => renderCredential(method('oauth2'), oauth, { config: { HOST: 'h' } })).toThrow(
      expect.objectContaining({ slug: 'unknown-variable', facts: { path: 'config.SCOPE' } }),
    );
  });

  it('checks the rendered fields again, and repeats no value', () => {
    const bearer: Credential = { settings: {}, secrets: { token: '{{ config.T }}' } };
    const render = () => renderCredential(method('bearer'), bearer, { config: { T: 'hush\r\nX: y' } });
    expect(render).toThrow(
      expect.objectContaining({
        slug: 'invalid-request',
        errors: [expect.objectContaining({ pointer: '/authentication/token' })],
      }),
    );
    expect(render).not.toThrow(/hush/);
  });

  it('does not render what a variable holds', () => {
    const basic: Credential = { settings: { username: '{{ config.U }}' }, secrets: { password: 'p' } };
    expect(renderCredential(method('basic'), basic, { config: { U: '{{ config.P }}' } }).settings).toEqual({
      username: '{{ config.P }}',
    });
  });
});

describe('templateErrors', () => {
  it('points at what has no value in a credential, without repeating it', () => {
    const errors = templateErrors(
      {
        ok: '{{ config.A }}',
        user: '{{ current_user.hush }}',
        deep: { 'a/b': ['{{ 1 + hush }}'] },
        whole: '{{ config }}',
        open: 'p{{ssword',
      },
      '/authentication',
    );
    expect(errors.map(({ pointer }) => pointer)).toEqual([
      '/authentication/user',
      '/authentication/deep/a~1b/0',
      '/authentication/whole',
    ]);
    expect(JSON.stringify(errors)).not.toContain('hush');
  });
});
