import { FairShares, type Claim } from './fair-shares.js';
import { Turns } from './turns.js';

/** Somebody who asks to be let in. */
export interface Entrant extends Claim {
  /** Called once when it is let in. */
  start(): void;
}

/** How many are inside at once, and how many may wait. */
export interface Room {
  readonly capacity: number;
  readonly queue: number;
}

/**
 * A bounded number of entrants inside, a bounded number that wait for their turn, and nobody else; both shared fairly by
 * organisation (see {@link FairShares}), and those who wait let in in turn (see {@link Turns}).
 */
export class Admission<T extends Entrant = Entrant> {
  private readonly inside: FairShares;
  private readonly places: FairShares;
  private readonly turns = new Turns<T>();

  constructor({ capacity, queue }: Room) {
    this.inside = new FairShares(capacity);
    this.places = new FairShares(queue);
  }

  /** How many are inside. */
  get inflight(): number {
    return this.inside.size;
  }

  /** How many wait. */
  get queued(): number {
    return this.places.size;
  }

  get capacity(): number {
    return this.inside.capacity;
  }

  /** May change at any time: nobody is sent away for less, and more lets in those who wait. */
  set capacity(capacity: number) {
    this.inside.capacity = capacity;
    this.serve();
  }

  /** How many of one organisation are inside at most; as changeable as the capacity. */
  get perOrg(): number {
    return this.inside.perOrg;
  }

  set perOrg(perOrg: number) {
    const grows = perOrg > this.inside.perOrg;
    this.inside.perOrg = perOrg;
    if (grows) this.serve();
  }

  /** True when one could enter or wait. */
  hasRoomFor(claim: Claim): boolean {
    return this.inside.admits(claim) || this.places.admits(claim);
  }

  /** Lets it in now, or when its turn comes. False: there is no room, not even to wait, and it will not be let in. */
  enter(entrant: T): boolean {
    if (this.inside.admits(entrant)) {
      this.inside.take(entrant);
      entrant.start();
      return true;
    }
    if (!this.places.admits(entrant)) return false;
    this.places.take(entrant);
    this.turns.add(entrant);
    return true;
  }

  /** It is over, or has given up waiting: to be said once of each that has entered. */
  leave(entrant: T): void {
    if (this.turns.remove(entrant)) return this.places.give(entrant);
    this.inside.give(entrant);
    this.serve();
  }

  /** Those who wait. */
  get waiting(): Iterable<T> {
    return this.turns;
  }

  private serve(): void {
    const hasRoom = (claim: Claim): boolean => this.inside.admits(claim);
    for (let next = this.turns.next(hasRoom); next !== undefined; next = this.turns.next(hasRoom)) {
      this.places.give(next);
      this.inside.take(next);
      next.start();
    }
  }
}
