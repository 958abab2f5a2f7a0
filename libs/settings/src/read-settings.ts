import { z } from 'zod';

/**
 * The environment as typed settings. An empty variable counts as unset.
 * @throws Error that names every faulty variable at once, and never a value: one of them may be a secret.
 */
export function readSettings<S extends z.ZodRawShape>(
  shape: S,
  env: Readonly<Record<string, string | undefined>> = process.env,
): z.output<z.ZodObject<S>> {
  const given = Object.fromEntries(Object.keys(shape).map((name) => [name, env[name] === '' ? undefined : env[name]]));
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`settings are not valid: ${faults.join('; ')}`);
}
