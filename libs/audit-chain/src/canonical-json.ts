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
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return objectText(value as Record<string, unknown>);
  throw new TypeError(`JSON has no ${typeof value} like this`);
}

/** A record is mostly this: it is written as one text, and not put together from lists of its parts. */
function objectText(value: Readonly<Record<string, unknown>>): string {
  let text = '{';
  // Without a comparison of its own `sort` goes by UTF-16 code units, as the RFC wants it.
  for (const name of Object.keys(value).sort()) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(name)}:${canonicalJson(value[name])}`;
  }
  return `${text}}`;
}
