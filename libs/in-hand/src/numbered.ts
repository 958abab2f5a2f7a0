import { InHand } from './in-hand.js';

/** What is in hand and has no name: it is given a number. */
export class Numbered<V extends object> extends InHand<number, V> {
  private last = 0;

  /** Puts it in. Returns the number to take it out by. */
  add(value: V): number {
    this.last += 1;
    this.set(this.last, value);
    return this.last;
  }
}
