import type { Claim } from './fair-shares.js';

/** Those who wait, served in turn: one of each organisation, within it one of each part, and of a part the first that came. */
export class Turns<T extends Claim> {
  private readonly lines = new Map<string, Map<string, Set<T>>>();

  add(waiting: T): void {
    const { org, part = '' } = waiting;
    const parts = this.lines.get(org) ?? new Map<string, Set<T>>();
    this.lines.set(org, parts);
    const line = parts.get(part) ?? new Set<T>();
    parts.set(part, line);
    line.add(waiting);
  }

  /** Takes one out; false when it does not wait here. */
  remove(waiting: T): boolean {
    const { org, part = '' } = waiting;
    const parts = this.lines.get(org);
    const line = parts?.get(part);
    if (parts === undefined || line === undefined || !line.delete(waiting)) return false;
    if (line.size === 0) parts.delete(part);
    if (parts.size === 0) this.lines.delete(org);
    return true;
  }

  /** Takes out the next one for which there is room. Who had a turn goes behind the others; who had no room keeps it. */
  next(hasRoom: (claim: Claim) => boolean): T | undefined {
    for (const [org, parts] of this.lines) {
      for (const [part, line] of parts) {
        const [first] = line;
        if (first === undefined || !hasRoom(first)) continue;
        line.delete(first);
        moveBehind(parts, part, line.size > 0);
        moveBehind(this.lines, org, parts.size > 0);
        return first;
      }
    }
    return undefined;
  }

  /** All of them, organisation by organisation. */
  *[Symbol.iterator](): Generator<T> {
    for (const parts of this.lines.values()) for (const line of parts.values()) yield* line;
  }
}

/** A map keeps the order in which its keys came. */
function moveBehind<V>(map: Map<string, V>, key: string, stays: boolean): void {
  const value = map.get(key);
  map.delete(key);
  if (stays && value !== undefined) map.set(key, value);
}
