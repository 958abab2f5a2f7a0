import { unknownVariable } from '@pontage/problems';
import { isArray, type Json } from './json.js';
import { pathText, type Path } from './template.js';

/** What templates may name, such as `current_user`, `config` and `params`: plain data. */
export type Scope = Readonly<Record<string, Json>>;

/**
 * The value at a path. Only own properties of objects and elements of arrays are found: nothing inherited, no length,
 * no character of a string.
 * @throws unknownVariable
 */
export function resolvePath(scope: Scope, path: Path): Json {
  let value: Json | undefined = scope;
  for (const name of path) value = memberOf(value, name);
  if (value === undefined || typeof value === 'function') throw unknownVariable({ path: pathText(path) });
  return value;
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  if (isArray(value)) return name === 'length' ? undefined : value[Number(name)];
  return value[name];
}
