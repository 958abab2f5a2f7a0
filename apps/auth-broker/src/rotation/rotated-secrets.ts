import { templateErrors, type AuthMethod, type Credential } from '@pontage/auth-methods';
import { fieldErrors, invalidRequest, type FieldError } from '@pontage/problems';

/**
 * A credential with other secrets, and the readable names that belong to them. The fields of a group are replaced together: a
 * secret of it that is not given anew is gone.
 * @param given the new secret fields
 * @throws invalidRequest with the pointers of all faults where they stand among `given`, and no value
 */
export function withRotated(
  method: AuthMethod,
  { settings, secrets }: Credential,
  given: Readonly<Record<string, unknown>>,
): Credential {
  const groups = method.rotates ?? [];
  if (groups.length === 0)
    throw invalidRequest({}, { detail: `The method ${method.id} has no secret that could be rotated.` });
  const known = groups.flat();
  const touched = groups.filter((group) => group.some((name) => Object.hasOwn(given, name)));
  const isSecret = (name: string): boolean => Object.hasOwn(method.secrets.shape, name);
  refuse([
    ...Object.keys(given)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        pointer: `/${escaped(name)}`,
        detail: `Unknown field: a rotation takes ${known.join(', ')}.`,
      })),
    ...(touched.length > 0
      ? []
      : [{ pointer: '', detail: `A new secret is needed: ${known.filter(isSecret).join(', ')}.` }]),
    ...touched
      .filter((group) => !group.some((name) => isSecret(name) && Object.hasOwn(given, name)))
      .flatMap((group) => group.filter(isSecret).slice(0, 1))
      .map((name) => ({ pointer: `/${name}`, detail: 'A new secret is needed.' })),
    ...emptyFaults(given),
  ]);
  const dropped = new Set(touched.flat().filter(isSecret));
  const part = (wanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => wanted(name)));
  const kept = Object.fromEntries(Object.entries(secrets).filter(([name]) => !dropped.has(name)));
  const newSettings = method.settings.safeParse({ ...settings, ...part((name) => !isSecret(name)) });
  const newSecrets = method.secrets.safeParse({ ...kept, ...part(isSecret) });
  const needed = method.needs?.(settings) ?? [];
  refuse([
    ...[newSettings, newSecrets].flatMap(({ error }) => (error === undefined ? [] : fieldErrors(error))),
    ...templateErrors({ ...given }, ''),
    ...needed
      .filter((name) => dropped.has(name) && !Object.hasOwn(given, name))
      .map((name) => ({ pointer: `/${name}`, detail: 'A value is needed.' })),
  ]);
  return { settings: newSettings.data ?? {}, secrets: newSecrets.data ?? {} };
}

/** A secret may be empty where a method says so, but nobody rotates to none; what stands for a kept one is not new. */
function emptyFaults(given: Readonly<Record<string, unknown>>): FieldError[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const isPlaceholder = typeof value === 'object' && value !== null && 'set' in value;
    if (value !== '' && value !== null && !isPlaceholder) return [];
    return [{ pointer: `/${escaped(name)}`, detail: 'A new value is needed.' }];
  });
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidRequest({}, { errors });
}
