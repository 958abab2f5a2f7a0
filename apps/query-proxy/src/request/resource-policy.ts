import type { ResourcePolicy } from '@pontage/contracts/resource-registry';
import type { Pairs } from '@pontage/http-message';
import { forbidden } from '@pontage/problems';
import { matchesPattern, plainPath } from './path-pattern.js';

/** Headers by which frameworks let a request say that it means another method, or another path. */
const methodOverrides: ReadonlySet<string> = new Set(['x-http-method-override', 'x-http-method', 'x-method-override']);
const pathOverrides: ReadonlySet<string> = new Set(['x-original-url', 'x-rewrite-url']);

/**
 * Lets a request pass that the resource's policy allows: its method is listed and its path below the base URL fits a
 * pattern; an empty list allows everything. A path that servers could read in more than one way fits none.
 * @param path below the base URL, as the caller asked for it, with or without a query
 * @param own the headers that whoever asks has chosen
 * @throws Problem `forbidden` with the pointer of what is not allowed
 */
export function requireAllowed({ methods, paths }: ResourcePolicy, method: string, path: string, own: Pairs): void {
  const allowed: readonly string[] = methods;
  if (methods.length > 0) {
    if (!allowed.includes(method)) deny('/method', `This resource allows ${methods.join(', ')} only.`);
    for (const [name, value] of own) {
      if (methodOverrides.has(name.toLowerCase()) && !allowed.includes(value.trim().toUpperCase()))
        deny('/headers', `${name} asks for a method that this resource does not allow.`);
    }
  }
  if (paths.length === 0) return;
  const overriding = own.find(([name]) => pathOverrides.has(name.toLowerCase()));
  if (overriding !== undefined)
    deny('/headers', `${overriding[0]} asks for another path than the one that is checked.`);
  const plain = plainPath(path.split('?', 1)[0] ?? '');
  if (plain === undefined)
    deny('/path', 'Servers read this path in more than one way; this resource allows plain paths only.');
  if (!paths.some((pattern) => matchesPattern(pattern, plain)))
    deny('/path', 'This resource does not allow this path.');
}

/** Redirects would lead past the policy, so they come back as the answer when it is about paths, or forbids GET. */
export const mayFollowRedirects = ({ methods, paths }: ResourcePolicy): boolean =>
  paths.length === 0 && (methods.length === 0 || methods.includes('GET'));

function deny(pointer: string, detail: string): never {
  throw forbidden({}, { detail, errors: [{ pointer, detail }] });
}
