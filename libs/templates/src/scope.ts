import { unknownVariable } from '@pontage/problems';
import { isArray, type Json } from './json.js';
import { pathText, type Path } from './template.js';

/**
 * What templates may name, such as `current_user`, `config` and `params`: plain data, or how to find it once it is named. A
 * getter would do, and does not: V8 gives every object that is written down with one a hidden class of its own.
 */
export type Scope = Readonly<Record<string, Json | (() => Json)>>;

/**
 * The value at a path. Only own properties of objects and elements of arrays are found: nothing inherited, no length,
 * no character of a string.
 * @throws unknownVariable
 */
export function resolvePath(scope: Scope, path: Path): Json {
  const [first = '', ...members] = path;
  const named = Object.hasOwn(scope, first) ? scope[first] : undefined;
  let value = typeof named === 'function' ? named() : named;
  for (const name of members) value = memberOf(value, name);
  if (value === undefined || typeof value === 'function') throw unknownVariable({ path: pathText(path) });
  return value;
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  if (isArray(value)) return name === 'length' ? undefined : value[Number(name)];
  return value[name];
}
