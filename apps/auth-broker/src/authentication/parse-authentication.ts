import { authMethods, templateErrors, type AuthMethod } from '@pontage/auth-methods';
import { fieldErrors, invalidRequest, type FieldError } from '@pontage/problems';
import { z } from 'zod';

/** The `authentication` of a resource, taken apart by its method's schemas. */
export interface Authentication {
  readonly method: AuthMethod;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The secrets that were given. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** The secret fields that shall stay as they are. */
  readonly kept: readonly string[];
}

const root = '/authentication';

/**
 * Takes `authentication` apart. A placeholder `{ "set": true, … }` in a secret field keeps the secret that is there.
 * What a read computes from secrets may come back with it, and is not taken.
 * @throws invalidRequest with the pointers of all faults below `/authentication`, and no value
 */
export function parseAuthentication(authentication: Readonly<Record<string, unknown>>): Authentication {
  const { method: id, ...given } = authentication;
  const method = typeof id === 'string' ? authMethods.get(id) : undefined;
  if (method === undefined)
    throw invalidRequest(
      {},
      { errors: [{ pointer: `${root}/method`, detail: `One of ${[...authMethods.keys()].join(', ')}.` }] },
    );

  const fields = Object.fromEntries(
    Object.entries(given).filter(([name]) => method.derived?.names.includes(name) !== true),
  );
  const secretFields = Object.entries(fields).filter(([name]) => Object.hasOwn(method.secrets.shape, name));
  const kept = secretFields.filter(([, value]) => isPlaceholder(value)).map(([name]) => name);
  const givenSecrets = Object.fromEntries(secretFields.filter(([name]) => !kept.includes(name)));
  const readable = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !Object.hasOwn(method.secrets.shape, name)),
  );

  const settings = method.settings.safeParse(readable);
  const secrets = z
    .strictObject(Object.fromEntries(Object.entries(method.secrets.shape).filter(([name]) => !kept.includes(name))))
    .safeParse(givenSecrets);
  const errors: FieldError[] = [
    ...[settings, secrets].flatMap(({ error }) => (error === undefined ? [] : fieldErrors(error, root))),
    ...templateErrors(fields, root),
    ...missingSecrets(method, settings.data, [...kept, ...Object.keys(givenSecrets)]),
  ];
  if (errors.length > 0 || !settings.success || !secrets.success) throw invalidRequest({}, { errors });
  return { method, settings: settings.data, secrets: secrets.data, kept };
}

/** The values of the method's secret fields, as they were given: nothing is checked yet. */
export function secretsOf(authentication: Readonly<Record<string, unknown>>): unknown[] {
  const { method: id } = authentication;
  const method = typeof id === 'string' ? authMethods.get(id) : undefined;
  if (method === undefined) return [];
  return Object.entries(authentication)
    .filter(([name]) => Object.hasOwn(method.secrets.shape, name))
    .map(([, value]) => value);
}

function missingSecrets(
  method: AuthMethod,
  settings: Readonly<Record<string, unknown>> | undefined,
  there: readonly string[],
): FieldError[] {
  const needed = settings === undefined ? [] : (method.needs?.(settings) ?? []);
  return needed
    .filter((name) => !there.includes(name))
    .map((name) => ({ pointer: `${root}/${name}`, detail: 'A value is needed.' }));
}

const isPlaceholder = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'set' in value && value.set === true;
