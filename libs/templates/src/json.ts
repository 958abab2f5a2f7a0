import { invalidRequest } from '@pontage/problems';

/** Plain data as templates see it: JSON, and integers of 64 bits that stay exact. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * The data as JSON text; a bigint is written with all its digits, which `JSON.stringify` refuses to do.
 * @throws invalidRequest beyond 200 levels.
 */
export function jsonText(value: Json): string {
  return textAt(value, 0);
}

function textAt(value: Json, depth: number): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  refuseDepth(depth);
  if (isArray(value)) return `[${value.map((element) => textAt(element, depth + 1)).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${textAt(member, depth + 1)}`).join(',')}}`;
}

/** Recursion has an end, and no honest data comes near it. */
const maxDepth = 200;

/** @throws invalidRequest when the data is nested too deeply to go on. */
export function refuseDepth(depth: number): void {
  if (depth >= maxDepth) throw invalidRequest({}, { detail: `The data is nested more than ${maxDepth} levels deep.` });
}

/** `Array.isArray` that knows readonly arrays. */
export const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);
