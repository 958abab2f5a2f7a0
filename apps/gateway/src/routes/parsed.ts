import { invalidFields } from '@pontage/problems';
import type { z } from 'zod';

/** What a schema makes of a value. @throws Problem `invalid-request` */
export function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidFields(result.error);
  return result.data;
}
