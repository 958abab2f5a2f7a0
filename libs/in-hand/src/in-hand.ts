interface Cell<V> {
  value: V | undefined;
}

/**
 * What is in hand, by its name: a `Map` for what comes and goes thousands of times a second. A `Map` gets a new table whenever
 * the old one is full of what was deleted, and V8 lets the old one point to the new one, for iterators that are under way. As
 * soon as one of these tables has become old, none of the later ones, nor what was in them, is given back before the next full
 * collection: queries that took 25 ms were kept for seconds, and scavenges took 15 ms instead of 1. Here the tables
 * hold cells, and a cell is emptied when its entry is taken out.
 * @see https://github.com/v8/v8/blob/12.4.254/src/objects/ordered-hash-table.h
 */
export class InHand<K extends string | number, V extends object> {
  private readonly cells = new Map<K, Cell<V>>();

  get size(): number {
    return this.cells.size;
  }

  has(name: K): boolean {
    return this.cells.has(name);
  }

  get(name: K): V | undefined {
    return this.cells.get(name)?.value;
  }

  /** Puts it in, in the place of what had its name before. */
  set(name: K, value: V): void {
    const cell = this.cells.get(name);
    if (cell === undefined) this.cells.set(name, { value });
    else cell.value = value;
  }

  /** Takes it out; undefined when there is none of that name. */
  take(name: K): V | undefined {
    const cell = this.cells.get(name);
    if (cell === undefined) return undefined;
    this.cells.delete(name);
    const { value } = cell;
    cell.value = undefined;
    return value;
  }

  /** All of them, in the order in which they came; what is taken out meanwhile is left out. */
  *[Symbol.iterator](): Generator<V> {
    for (const { value } of this.cells.values()) if (value !== undefined) yield value;
  }
}
