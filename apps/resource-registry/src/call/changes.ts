/** One place where two states differ: an RFC 6901 pointer; null stands for what is not there. */
export interface Change {
  readonly pointer: string;
  readonly from: unknown;
  readonly to: unknown;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Where `after` differs from `before`, as deep as both go. Lists are compared place by place. */
export function changesBetween(before: unknown, after: unknown, pointer = ''): Change[] {
  if (before === after) return [];
  if (!isPlain(before) || !isPlain(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ pointer, from: before ?? null, to: after ?? null }];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => changesBetween(before[name], after[name], `${pointer}/${escaped(name)}`));
}
