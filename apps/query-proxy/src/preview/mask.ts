// Takes secrets out of what is shown of a request. Better too much than too little: a text that holds a secret by chance
// is masked there as well, and what two secrets share is masked once.

import { encodeComponent, spellingsOf } from '@pontage/http-message';

const shown = '***';

/** Hides secret texts wherever they stand, in every spelling that a request may have them in. */
export class Mask {
  private readonly spellings: readonly string[];

  constructor(secrets: readonly string[]) {
    this.spellings = [...new Set(secrets.filter((text) => text !== '').flatMap(allSpellings))];
  }

  /** The text with `***` in the place of each secret. */
  text(text: string): string {
    return masked(text, this.spellings);
  }

  /** Bytes that are no text, by the bytes of the spellings. */
  bytes(bytes: Uint8Array): Buffer {
    const spellings = this.spellings.map((spelling) => Buffer.from(spelling).toString('latin1'));
    return Buffer.from(masked(Buffer.from(bytes).toString('latin1'), spellings), 'latin1');
  }
}

function masked(text: string, spellings: readonly string[]): string {
  const marks = spellings.flatMap((spelling) => occurrences(text, spelling)).toSorted(([a], [b]) => a - b);
  let left = '';
  let at = 0;
  for (const [start, end] of joined(marks)) {
    left += text.slice(at, start) + shown;
    at = end;
  }
  return left + text.slice(at);
}

/** Besides what any text may be spelled like: what headers, and what is signed of them and of parameters, make of it. */
function allSpellings(secret: string): string[] {
  const trimmed = secret.trim();
  const texts = [secret, trimmed, trimmed.replaceAll(/\s+/g, ' '), Buffer.from(secret).toString('latin1')];
  const once = texts.filter((text) => text !== '').flatMap(spellingsOf);
  // A base string encodes what has been encoded before.
  return [...once, ...once.map(encodeComponent), ...once.map((text) => laxly(text))];
}

/** As scripts encode; the strict form is RFC 3986's. */
const laxly = (text: string): string => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));

type Mark = readonly [start: number, end: number];

function occurrences(text: string, spelling: string): Mark[] {
  const marks: Mark[] = [];
  for (let at = text.indexOf(spelling); at !== -1; at = text.indexOf(spelling, at + 1))
    marks.push([at, at + spelling.length]);
  return marks;
}

/** Marks that touch or overlap, as one. Sorted in, sorted out. */
function joined(marks: readonly Mark[]): Mark[] {
  const whole: Mark[] = [];
  for (const [start, end] of marks) {
    const last = whole.at(-1);
    if (last === undefined || start > last[1]) whole.push([start, end]);
    else whole[whole.length - 1] = [last[0], Math.max(last[1], end)];
  }
  return whole;
}
