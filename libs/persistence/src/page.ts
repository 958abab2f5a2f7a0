import { createHash } from 'node:crypto';
import { invalidRequest } from '@pontage/problems';
import type { z } from 'zod';

/** One page of a list, and where the next one begins. */
export interface Page<T> {
  readonly data: T[];
  readonly nextCursor: string | null;
}

/** The place after which a page begins: the values of the columns that the list is sorted by. */
export type Place = readonly (string | number)[];

const sumBytes = 6;

/** The place as an opaque cursor. */
export function encodeCursor(values: Place): string {
  const text = Buffer.from(JSON.stringify(values));
  return Buffer.concat([sumOf(text), text]).toString('base64url');
}

/**
 * The place that a cursor stands for, in the shape that the list is sorted by; undefined without a cursor.
 * @throws invalidRequest with the pointer `/cursor` for everything that {@link encodeCursor} did not make for such a list
 */
export function decodeCursor<T extends Place>(cursor: string | undefined, shape: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  const text = bytes.subarray(sumBytes);
  const genuine = bytes.toString('base64url') === cursor && sumOf(text).equals(bytes.subarray(0, sumBytes));
  const parsed = genuine ? shape.safeParse(JSON.parse(text.toString())) : undefined;
  if (parsed?.success !== true)
    throw invalidRequest({}, { errors: [{ pointer: '/cursor', detail: 'This cursor is not from this list.' }] });
  return parsed.data;
}

/** The page that `rows` make, of which one more than `limit` was asked for. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  placeOf: (row: R) => Place,
  item: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(placeOf(last)) : null,
  };
}

/** Not a signature: a cursor reaches nothing that its reader may not see anyway. It tells a garbled one from an empty page. */
const sumOf = (text: Uint8Array): Buffer =>
  createHash('sha256').update('cursor').update(text).digest().subarray(0, sumBytes);
