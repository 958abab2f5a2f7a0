import { z } from 'zod';

/** A configuration variable that something names, and where it does. */
export const namedVariable = z.strictObject({ name: z.string(), pointer: z.string() });
export type NamedVariable = z.output<typeof namedVariable>;
