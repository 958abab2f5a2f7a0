import { invalidFields } from '@pontage/problems';
import type { z } from 'zod';

/**
 * What a schema makes of a value.
 * @param at where the value stands, as pointers name it
 * @throws Problem `invalid-request`
 */
export function parsed<S extends z.ZodType>(schema: S, value: unknown, at = ''): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidFields(result.error, at);
  return result.data;
}
