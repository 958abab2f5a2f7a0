// Challenges and parameters as RFC 9110, 11.2 to 11.6 writes them: several challenges in one header or in several, quoted
// strings with escapes, token68. Servers are not held to the letter: an unterminated quoted string ends with the header, and
// what is neither scheme nor parameter is skipped. A parameter that is given twice counts as it was given first.

/** One challenge of a WWW-Authenticate header. */
export interface Challenge {
  readonly scheme: string;
  /** By lower-case name, unquoted. */
  readonly params: ReadonlyMap<string, string>;
}

/** The challenges of a WWW-Authenticate header, in order. */
export function parseChallenges(text: string): Challenge[] {
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  for (const piece of piecesOf(text)) {
    if ('scheme' in piece) challenges.push({ scheme: piece.scheme, params: new Map() });
    else take(challenges.at(-1)?.params, piece);
  }
  return challenges;
}

/** The parameters of a header that holds nothing else, such as Authentication-Info, or follow a scheme, as in Authorization. */
export function parseAuthParams(text: string): ReadonlyMap<string, string> {
  const params = new Map<string, string>();
  for (const piece of piecesOf(text)) if ('name' in piece) take(params, piece);
  return params;
}

/** The text as a quoted string. */
export const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

interface Param {
  readonly name: string;
  readonly value: string;
}

function take(params: Map<string, string> | undefined, { name, value }: Param): void {
  if (params?.has(name) === false) params.set(name, value);
}

const separators = /[\s,]+/y;
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const assigned = /[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"?|([^\s,"]*))/y;
const token68 = /[ \t]+[0-9A-Za-z._~+/-]+=*(?=[ \t]*(?:,|$))/y;

function* piecesOf(text: string): Generator<{ readonly scheme: string } | Param> {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at += found?.[0].length ?? 0;
    return found;
  };
  while (at < text.length) {
    if (match(separators) !== null) continue;
    const [name] = match(token) ?? [];
    if (name === undefined) {
      at += 1;
      continue;
    }
    const value = match(assigned);
    if (value !== null) {
      yield { name: name.toLowerCase(), value: value[1]?.replaceAll(/\\([^])/g, '$1') ?? value[2] ?? '' };
    } else {
      match(token68);
      yield { scheme: name };
    }
  }
}
