/** A JSON value that may hold integers beyond what a double can: an int64 of a session's metadata stays exact. */
export type ExactJson =
  string | number | bigint | boolean | null | readonly ExactJson[] | { readonly [name: string]: ExactJson };

/** The JSON text of a value; a bigint becomes its digits. */
export function jsonText(value: ExactJson): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`)
    .join(',')}}`;
}

const isArray = (value: object): value is readonly ExactJson[] => Array.isArray(value);
