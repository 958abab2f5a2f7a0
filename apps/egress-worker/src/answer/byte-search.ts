/** Places of the table, a power of two: 4 KB, which stays in the processor's first cache. */
const places = 4_096;
/** Shifts are bytes. */
const longestWindow = 255;

/**
 * Finds any of some byte strings in one pass, which looks at two bytes and mostly moves on by nearly the length of the shortest.
 * @see Wu and Manber, A fast algorithm for multi-pattern searching (1994), with blocks of two bytes
 */
export class ByteSearch {
  /** How far the window may move on when these two bytes are its last. */
  private readonly shifts = new Uint8Array(places);
  private readonly window: number;
  /** Those that have no two bytes are looked for by themselves. */
  private readonly short: readonly Buffer[];
  private readonly long: readonly Buffer[];

  constructor(patterns: readonly Buffer[]) {
    this.short = patterns.filter(({ length }) => length < 2);
    this.long = patterns.filter(({ length }) => length >= 2);
    this.window = this.long.reduce((least, { length }) => Math.min(least, length), longestWindow);
    const last = this.window - 1;
    this.shifts.fill(last);
    for (const pattern of this.long) for (let at = 1; at <= last; at += 1) this.allow(placeOf(pattern, at), last - at);
  }

  /** True when one of them is in these bytes. */
  isIn(bytes: Buffer): boolean {
    return (this.long.length > 0 && this.finds(bytes)) || this.short.some((pattern) => bytes.includes(pattern));
  }

  private finds(bytes: Buffer): boolean {
    const { shifts, window } = this;
    const { length } = bytes;
    for (let at = window - 1; at < length;) {
      const shift = shifts[placeOf(bytes, at)] ?? 0;
      if (shift > 0) at += shift;
      else if (this.stands(bytes, at - window + 1)) return true;
      else at += 1;
    }
    return false;
  }

  private stands(bytes: Buffer, start: number): boolean {
    return this.long.some((pattern) => bytes.subarray(start, start + pattern.length).equals(pattern));
  }

  private allow(place: number, shift: number): void {
    this.shifts[place] = Math.min(this.shifts[place] ?? 0, shift);
  }
}

/** The place of the two bytes that end here. */
const placeOf = (bytes: Buffer, at: number): number => (((bytes[at - 1] ?? 0) << 5) ^ (bytes[at] ?? 0)) & (places - 1);
