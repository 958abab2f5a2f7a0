import { fieldErrors, invalidRequest, isProblem, type FieldError } from '@pontage/problems';
import { parseTemplate, renderJson, templatePaths, type Json, type Scope } from '@pontage/templates';
import type { AuthMethod, Credential } from './auth-method.js';

/** The names of the configuration variables that a credential's `{{ config.NAME }}` templates use. */
export function credentialVariables(credential: Credential): string[] {
  return [...new Set(variablePlaces(credential, '').map(({ name }) => name))];
}

/** Each place of a credential's fields where a configuration variable is named, as a pointer below `prefix`. */
export function variablePlaces(
  { settings, secrets }: Pick<Credential, 'settings' | 'secrets'>,
  prefix: string,
): { readonly name: string; readonly pointer: string }[] {
  return [...textsOf(settings, prefix), ...textsOf(secrets, prefix)].flatMap(({ text, pointer }) =>
    templatePaths(parseTemplate(text)).map(([, name]) => ({ name: name ?? '', pointer })),
  );
}

/**
 * The credential with its templates filled in, checked again by the method's schemas. The scope has `config` alone.
 * A method that acquires a grant is rendered before `acquire`, every other one before `apply`.
 * @throws unknownVariable; invalidRequest when a rendered field breaks its rule, without its value.
 */
export function renderCredential(method: AuthMethod, credential: Credential, scope: Scope): Credential {
  if (credentialVariables(credential).length === 0) return credential;
  const settings = method.settings.safeParse(renderJson(credential.settings as Json, scope));
  const secrets = method.secrets.safeParse(renderJson(credential.secrets as Json, scope));
  if (settings.success && secrets.success) return { settings: settings.data, secrets: secrets.data };
  const errors = [settings, secrets].flatMap(({ error }) =>
    error === undefined ? [] : fieldErrors(error, '/authentication'),
  );
  throw invalidRequest(
    {},
    { errors, detail: 'A configuration variable has a value that its field of the credential cannot take.' },
  );
}

/** The templates of a credential that cannot be resolved there: anything but `{{ config.NAME }}`. Texts are not repeated: they may be secret. */
export function templateErrors(fields: Readonly<Record<string, unknown>>, prefix: string): FieldError[] {
  return textsOf(fields, prefix).flatMap(({ text, pointer }) => {
    try {
      const isConfig = templatePaths(parseTemplate(text)).every(
        ([root, name, ...rest]) => root === 'config' && name !== undefined && rest.length === 0,
      );
      return isConfig ? [] : [{ pointer, detail: 'Only {{ config.NAME }} has a value in a credential.' }];
    } catch (error) {
      if (!isProblem(error)) throw error;
      return [{ pointer, detail: 'The template holds an expression; only {{ config.NAME }} is resolved.' }];
    }
  });
}

function textsOf(value: unknown, pointer: string): { text: string; pointer: string }[] {
  if (typeof value === 'string') return value.includes('{{') ? [{ text: value, pointer }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    textsOf(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
