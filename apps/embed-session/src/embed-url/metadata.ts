import type { FieldError } from '@pontage/problems';

/** The metadata as it is kept: compact JSON, in which an int64 stands digit for digit. */
export interface Metadata {
  readonly text: string;
  readonly errors: readonly FieldError[];
}

const maxBytes = 1024;
/** More than this is not even looked at. */
const maxGivenBytes = 64 * 1024;
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;

/**
 * Reads metadata: a flat object of strings, booleans and int64, each name once, at most 1024 bytes as compact JSON.
 * The text is read by hand, because JSON.parse rounds large integers, takes floats for integers and forgets the first
 * of two equal names.
 */
export function readMetadata(json: string): Metadata {
  if (Buffer.byteLength(json) > maxGivenBytes) return refused('', tooLong);
  const value = valueOf(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refused('', 'Metadata is a flat JSON object.');
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  const members: string[] = [];
  for (const [name, token] of membersOf(json)) {
    const kept = keptValue(token);
    if (seen.has(name)) errors.push(fault(name, 'This name stands twice.'));
    else if (kept.detail !== undefined) errors.push(fault(name, kept.detail));
    else members.push(`${JSON.stringify(name)}:${kept.text}`);
    seen.add(name);
  }
  const text = `{${members.join(',')}}`;
  if (errors.length === 0 && Buffer.byteLength(text) > maxBytes) return refused('', tooLong);
  return { text, errors };
}

const tooLong = `Metadata is at most ${maxBytes} bytes of JSON.`;
const refused = (pointer: string, detail: string): Metadata => ({
  text: '{}',
  errors: [{ pointer: `/metadata${pointer}`, detail }],
});
const fault = (name: string, detail: string): FieldError => ({
  pointer: `/metadata/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  detail,
});

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

const stringToken = /"(?:[^"\\]|\\.)*"/y;
const scalarToken = /[^\s,}\]]+/y;
const space = /\s*/y;

/** The members of an object as they are written, in their order; what a nested value holds is passed over. The text is JSON. */
function* membersOf(json: string): Iterable<[string, string]> {
  let place = 0;
  const take = (token: RegExp): string => {
    token.lastIndex = place;
    const text = token.exec(json)?.[0] ?? '';
    place += text.length;
    return text;
  };
  const skip = (): string => (take(space), json[place] ?? '');
  skip();
  place += 1;
  while (skip() !== '}' && place < json.length) {
    const name = JSON.parse(take(stringToken)) as string;
    skip();
    place += 1;
    const start = skip();
    const from = place;
    if (start === '"') take(stringToken);
    else if (start === '{' || start === '[') place = endOfNested(json, place);
    else take(scalarToken);
    yield [name, json.slice(from, place)];
    if (skip() === ',') place += 1;
  }
}

function endOfNested(json: string, start: number): number {
  let depth = 0;
  for (let place = start; place < json.length; place += 1) {
    const character = json[place];
    if (character === '"') {
      stringToken.lastIndex = place;
      place += (stringToken.exec(json)?.[0].length ?? 1) - 1;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return place + 1;
  }
  return json.length;
}

function keptValue(token: string): { text: string; detail?: undefined } | { detail: string } {
  if (token.startsWith('"')) return { text: JSON.stringify(JSON.parse(token)) };
  if (token === 'true' || token === 'false') return { text: token };
  if (!/^-?\d+$/.test(token)) return { detail: 'A value is a string, a boolean or an integer of 64 bits.' };
  const value = BigInt(token);
  if (value < int64.min || value > int64.max) return { detail: 'An integer has at most 64 bits.' };
  return { text: value.toString() };
}
