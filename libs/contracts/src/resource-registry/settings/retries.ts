import { z } from 'zod';
import { fieldName } from './field-values.js';
import { reservedHeaders } from './pair-values.js';

const keyHeader = fieldName.refine(
  (name) => !reservedHeaders.has(name.toLowerCase()) && name.toLowerCase() !== 'cookie',
  'This header has a meaning of its own; name the one in which the upstream takes idempotency keys.',
);

/** How often a request that failed in passing is sent again: see docs/guides/retries-and-limits.md. */
export const retries = z.strictObject({
  /** Besides the first one. */
  attempts: z.int().min(0).max(5).default(0),
  /** The header that carries a key, the same on every attempt, so that methods which are not idempotent can be repeated. */
  idempotencyKey: keyHeader.nullable().default(null),
});
export type Retries = z.output<typeof retries>;
