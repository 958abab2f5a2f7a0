// Finds the values that Pontage put into a request again in what comes back. An upstream that repeats a credential, in
// an error page or a debugging header, would otherwise put it on the bus in clear.

import { spellingsOf } from '@pontage/http-message';

/** The spellings of some secret values, and whether bytes hold one of them. */
export class InjectedValues {
  private readonly patterns: readonly Pattern[];
  private readonly longest: number;
  /** The last bytes of what has been looked at: a value may begin in them. */
  private tail: Buffer = Buffer.alloc(0);

  constructor(values: readonly string[]) {
    this.patterns = values.filter((value) => value !== '').flatMap(patternsOf);
    this.longest = this.patterns.reduce((longest, { bytes }) => Math.max(longest, bytes.length), 0);
  }

  /** There is nothing to look for. */
  get isEmpty(): boolean {
    return this.patterns.length === 0;
  }

  /** True when a value ends in `piece`; it may have begun in bytes that were looked at before. */
  findNext(piece: Buffer): boolean {
    if (this.isEmpty) return false;
    const seam = this.tail.length === 0 ? this.tail : Buffer.concat([this.tail, piece.subarray(0, this.longest - 1)]);
    const last = piece.length < this.longest ? Buffer.concat([this.tail, piece]) : piece;
    this.tail = last.subarray(Math.max(0, last.length - this.longest + 1));
    return this.patterns.some(({ bytes }) => piece.includes(bytes) || seam.includes(bytes));
  }

  /** How many of the last bytes could be the beginning of a value, and must wait for what follows. */
  get undecided(): number {
    return this.patterns.reduce((most, { bytes }) => Math.max(most, overlap(this.tail, bytes)), 0);
  }

  /** True when one of the header values, which are latin1 text, holds a value. */
  isIn(headerValues: readonly string[]): boolean {
    if (this.isEmpty) return false;
    const lines = headerValues.join('\n');
    return this.patterns.some(({ text }) => lines.includes(text));
  }
}

/** One spelling, as bytes and as header lines show them. */
interface Pattern {
  readonly bytes: Buffer;
  readonly text: string;
}

/** The length of the longest end of `bytes` with which `pattern` begins. */
function overlap(bytes: Buffer, pattern: Buffer): number {
  const first = pattern[0] ?? 0;
  const start = Math.max(0, bytes.length - pattern.length + 1);
  for (let at = bytes.indexOf(first, start); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (bytes.subarray(at).equals(pattern.subarray(0, bytes.length - at))) return bytes.length - at;
  }
  return 0;
}

/**
 * Patterns of values seen in the last minute: making them costs more than looking for them, and the same credential
 * goes into query after query.
 */
const known = new Map<string, readonly Pattern[]>();
const knownForMs = 60_000;
const maxKnown = 512;
let forgottenAt = 0;

function patternsOf(value: string): readonly Pattern[] {
  const now = performance.now();
  if (now - forgottenAt > knownForMs || known.size >= maxKnown) {
    known.clear();
    forgottenAt = now;
  }
  const made = known.get(value) ?? [...new Set(spellingsOf(value))].map(patternOf);
  known.set(value, made);
  return made;
}

function patternOf(text: string): Pattern {
  const bytes = Buffer.from(text);
  return { bytes, text: bytes.toString('latin1') };
}
