import { z } from 'zod';
import { endpoint, isTemplated } from '../fields.js';
import { keyFault, privateKeyOf } from '../private-key.js';

/** What of Google's JSON key is used; the rest of it is not kept. */
export interface ServiceAccountKey {
  readonly type: 'service_account';
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  readonly token_uri?: string;
}

const needed = 'The JSON key of a service account is needed, as an object or as text.';

/**
 * The JSON key as the Google Cloud console hands it out, as an object or as text, checked field by field. A text that
 * names a configuration variable is checked once it is rendered.
 */
export const serviceAccountKey = z
  .union([z.string().min(1).max(20_000), z.looseObject({})], { error: needed })
  .transform((given, context): ServiceAccountKey | string => {
    if (typeof given === 'string' && isTemplated(given)) return given;
    const fault = (path: readonly string[], message: string) =>
      void context.addIssue({ code: 'custom', path: [...path], message });
    const fields = typeof given === 'string' ? objectOf(given) : given;
    if (fields === undefined) {
      fault([], needed);
      return z.NEVER;
    }
    for (const [name, message] of Object.entries(faultsOf(fields))) if (message !== undefined) fault([name], message);
    return used(fields);
  });

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function faultsOf(fields: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  const { type, client_email: email, private_key: key, private_key_id: id, token_uri: uri } = fields;
  return {
    type:
      type === 'service_account'
        ? undefined
        : 'It has to be service_account: other kinds of Google credentials do not sign.',
    client_email:
      typeof email === 'string' && /^[^\s@\p{Cc}]{1,200}@[^\s@\p{Cc}]{1,200}$/u.test(email)
        ? undefined
        : 'The e-mail address of the service account is needed.',
    private_key: typeof key === 'string' ? keyFault(privateKeyOf(key), ['rsa']) : 'A private key in PEM is needed.',
    private_key_id:
      id === undefined || (typeof id === 'string' && /^[!-~]{1,200}$/.test(id)) ? undefined : 'It names no key.',
    token_uri: uri === undefined || (typeof uri === 'string' && endpoint.holds(uri)) ? undefined : endpoint.message,
  };
}

function used(fields: Readonly<Record<string, unknown>>): ServiceAccountKey {
  const names = ['type', 'client_email', 'private_key', 'private_key_id', 'token_uri'];
  return Object.fromEntries(
    names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
  ) as unknown as ServiceAccountKey;
}
