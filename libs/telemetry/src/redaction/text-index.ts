/** Where a text of the index stands in another text, and what it was added for. */
export interface Found<T> {
  readonly start: number;
  readonly end: number;
  readonly of: T;
}

/** So many first characters are looked up; a text of the index has at least as many. */
export const shortestText = 6;
const { imul } = Math;
const filterBits = 17;
const base = 16_777_619;

/**
 * Finds any of many texts in one pass: what a search costs depends on the text that is searched, and hardly on how many
 * there are to find. A filter over the next six characters says "none begins here" at nearly every place.
 */
export class TextIndex<T> {
  private readonly filter = new Uint16Array(2 ** filterBits);
  private readonly byBeginning = new Map<string, { readonly text: string; readonly of: T }[]>();

  get isEmpty(): boolean {
    return this.byBeginning.size === 0;
  }

  /** @throws RangeError for a text that is too short */
  add(text: string, of: T): void {
    if (text.length < shortestText) throw new RangeError('too short to be found by its beginning');
    const beginning = text.slice(0, shortestText);
    const entries = this.byBeginning.get(beginning);
    if (entries === undefined) {
      this.byBeginning.set(beginning, [{ text, of }]);
      this.count(beginning, 1);
    } else entries.push({ text, of });
  }

  remove(text: string, of: T): void {
    const beginning = text.slice(0, shortestText);
    const left = this.byBeginning.get(beginning)?.filter((each) => each.text !== text || each.of !== of);
    if (left === undefined) return;
    if (left.length > 0) this.byBeginning.set(beginning, left);
    else if (this.byBeginning.delete(beginning)) this.count(beginning, -1);
  }

  /** Every place, in the order of their starts. */
  find(text: string): Found<T>[] {
    const found: Found<T>[] = [];
    if (this.isEmpty) return found;
    let hash = 0;
    for (let end = 0; end < text.length; end += 1) {
      hash = (imul(hash, base) + text.charCodeAt(end)) | 0;
      if (end < shortestText - 1) continue;
      if (end >= shortestText) hash = (hash - imul(leaving, text.charCodeAt(end - shortestText))) | 0;
      if (this.filter[placeOf(hash)] !== 0) this.look(text, end - shortestText + 1, found);
    }
    return found;
  }

  private look(text: string, start: number, found: Found<T>[]): void {
    for (const each of this.byBeginning.get(text.slice(start, start + shortestText)) ?? [])
      if (text.startsWith(each.text, start)) found.push({ start, end: start + each.text.length, of: each.of });
  }

  private count(beginning: string, by: 1 | -1): void {
    let hash = 0;
    for (let at = 0; at < shortestText; at += 1) hash = (imul(hash, base) + beginning.charCodeAt(at)) | 0;
    this.filter[placeOf(hash)] = (this.filter[placeOf(hash)] ?? 0) + by;
  }
}

/** What a character weighs when it leaves the six. */
const leaving = Array.from({ length: shortestText }).reduce<number>((product) => imul(product, base), 1);

/** The filter's place of a hash, whose upper bits are the better ones. */
const placeOf = (hash: number): number => imul(hash, 0x9e3779b1) >>> (32 - filterBits);
