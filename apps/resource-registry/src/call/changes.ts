/** One place where two states differ: an RFC 6901 pointer; null stands for what is not there. */
export interface Change {
  readonly pointer: string;
  readonly from: unknown;
  readonly to: unknown;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
/** An environment may be called `constructor`. */
const own = (of: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(of, name) ? of[name] : undefined;

/** Where `after` differs from `before`, as deep as both go. Lists are compared place by place. */
export function changesBetween(before: unknown, after: unknown, pointer = ''): Change[] {
  if (before === after) return [];
  if (!isPlain(before) || !isPlain(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ pointer, from: before ?? null, to: after ?? null }];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => changesBetween(own(before, name), own(after, name), `${pointer}/${escaped(name)}`));
}
