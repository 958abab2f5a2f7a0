/** What stands beside the secret in a structured one, or in its place, and says what it is: readers see it. */
const besides: ReadonlySet<string> = new Set([
  'name',
  'place',
  'pointer',
  'certificate',
  'type',
  'client_email',
  'token_uri',
  'fingerprint',
  'private_key_id',
  'kid',
  'alg',
  'use',
  'n',
]);

/** The texts in a value that is secret as a whole: a token, the fields of a key. */
export function secretTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (besides.has(name) ? [] : secretTexts(inner)));
}
