import type { z } from 'zod';
import { invalidRequest } from './catalogue.js';
import type { FieldError, Problem } from './problem.js';

const escape = (segment: PropertyKey): string => String(segment).replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * The issues of a zod error as JSON Pointers below `prefix`.
 * An unknown key is pointed at itself, not at the object that holds it.
 * @see RFC 6901
 */
export function fieldErrors(error: z.ZodError, prefix = ''): FieldError[] {
  return error.issues.flatMap((issue) => {
    const pointer = prefix + issue.path.map((segment) => `/${escape(segment)}`).join('');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ pointer: `${pointer}/${escape(key)}`, detail: 'Unknown field.' }));
    }
    return [{ pointer, detail: sentence(issue.message) }];
  });
}

/** `invalid-request` with one entry per invalid field. */
export function invalidFields(error: z.ZodError, prefix = ''): Problem {
  return invalidRequest({}, { errors: fieldErrors(error, prefix) });
}

const sentence = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`);
