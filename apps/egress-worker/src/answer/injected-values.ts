// Finds the values that Pontage put into a request again in what comes back. An upstream that repeats a credential, in
// an error page or a debugging header, would otherwise put it on the bus in clear.

import { spellingsOf } from '@pontage/http-message';
import { ByteSearch } from './byte-search.js';

/** The spellings of some secret values, and whether bytes hold one of them. */
export class InjectedValues {
  private readonly sought: Sought;
  /** The last bytes of what has been looked at: a value may begin in them. */
  private tail: Buffer = Buffer.alloc(0);

  constructor(values: readonly string[]) {
    this.sought = soughtOf(values);
  }

  /** There is nothing to look for. */
  get isEmpty(): boolean {
    return this.sought.longest === 0;
  }

  /** True when a value ends in `piece`; it may have begun in bytes that were looked at before. */
  findNext(piece: Buffer): boolean {
    if (this.isEmpty) return false;
    const { longest, search } = this.sought;
    const seam = this.tail.length === 0 ? this.tail : Buffer.concat([this.tail, piece.subarray(0, longest - 1)]);
    const last = piece.length < longest ? Buffer.concat([this.tail, piece]) : piece;
    this.tail = last.subarray(Math.max(0, last.length - longest + 1));
    return search.isIn(piece) || search.isIn(seam);
  }

  /** How many of the last bytes could be the beginning of a value, and must wait for what follows. */
  get undecided(): number {
    return this.sought.patterns.reduce((most, pattern) => Math.max(most, overlap(this.tail, pattern)), 0);
  }

  /** True when one of the header values, which are latin1 text, holds a value. */
  isIn(headerValues: readonly string[]): boolean {
    if (this.isEmpty) return false;
    const lines = headerValues.join('\n');
    return this.sought.texts.some((text) => lines.includes(text));
  }
}

/** What is looked for. */
interface Sought {
  /** The spellings as bytes, and as header lines show them. */
  readonly patterns: readonly Buffer[];
  readonly texts: readonly string[];
  readonly search: ByteSearch;
  /** 0: there is nothing. */
  readonly longest: number;
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
 * What was looked for in the last minute: making it costs more than looking for it, and the same credential goes into
 * query after query.
 */
const known = new Map<string, Sought>();
const knownForMs = 60_000;
const maxKnown = 512;
let forgottenAt = 0;

function soughtOf(values: readonly string[]): Sought {
  const now = performance.now();
  if (now - forgottenAt > knownForMs || known.size >= maxKnown) {
    known.clear();
    forgottenAt = now;
  }
  const name = JSON.stringify(values);
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = soughtFor(values.filter((value) => value !== '').flatMap(spellingsOf));
  known.set(name, made);
  return made;
}

function soughtFor(spellings: readonly string[]): Sought {
  const patterns = [...new Set(spellings)].map((text) => Buffer.from(text));
  return {
    patterns,
    texts: patterns.map((bytes) => bytes.toString('latin1')),
    search: new ByteSearch(patterns),
    longest: patterns.reduce((longest, { length }) => Math.max(longest, length), 0),
  };
}
