/** A value of an embed user's metadata; an integer beyond ±(2^53−1) is a bigint. */
export type MetadataValue = string | boolean | number | bigint;

const stringOrInteger = /"(?:[^"\\]|\\.)*"|-?\d+/g;

/**
 * Metadata from its JSON text, int64 exact. The text is a flat object of strings, integers and booleans: minting an
 * embed URL checks that.
 * @throws SyntaxError on anything that is not JSON.
 */
export function parseMetadata(text: string): Record<string, MetadataValue> {
  // A flat object has no objects as values, so one can stand for an integer that JSON.parse would round.
  const marked = text.replaceAll(stringOrInteger, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `{"int64":"${token}"}`,
  );
  const values = JSON.parse(marked) as Record<string, string | boolean | number | { int64: string }>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? BigInt(value.int64) : value]),
  );
}
