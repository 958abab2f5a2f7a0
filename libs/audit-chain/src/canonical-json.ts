// RFC 8785 (JSON Canonicalization Scheme): members sorted by the UTF-16 code units of their names, no white space,
// numbers as ECMAScript prints them, strings with the shortest escapes. One thing differs: the RFC refuses a lone
// surrogate, here it is written as a \uXXXX escape (ECMAScript's well-formed JSON.stringify), because a log has to
// take in what a caller sent.

/**
 * The one text of a JSON value: equal values give equal texts.
 * @throws TypeError on what JSON cannot say: undefined, a bigint, a function, a number that is not finite.
 * @see RFC 8785
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  // JSON takes over how ECMAScript prints a number.
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return objectText(value as Record<string, unknown>);
  throw new TypeError(`JSON has no ${typeof value} like this`);
}

/** A record is mostly this: it is written as one text, and not put together from lists of its parts. */
function objectText(value: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(value);
  // What was read from such a text is sorted already. Without a comparison of its own `sort` goes by UTF-16 code units.
  if (!isSorted(names)) names.sort();
  let text = '{';
  for (const name of names) {
    if (text.length > 1) text += ',';
    text += `${quoted(name)}:${canonicalJson(value[name])}`;
  }
  return `${text}}`;
}

/** Comparison of strings in ECMAScript is by UTF-16 code units, as the RFC wants it. */
function isSorted(names: readonly string[]): boolean {
  for (let index = 1; index < names.length; index += 1)
    if ((names[index - 1] ?? '') > (names[index] ?? '')) return false;
  return true;
}

/** Ours are short; what a caller calls a member may be anything. */
const [maxQuoted, maxLength] = [1_000, 64];
const known = new Map<string, string>();

/** The same few names come over and over. */
function quoted(name: string): string {
  const there = known.get(name);
  if (there !== undefined) return there;
  const made = JSON.stringify(name);
  if (known.size < maxQuoted && name.length <= maxLength) known.set(name, made);
  return made;
}
