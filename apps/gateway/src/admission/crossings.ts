import { Admission, type Entrant } from '@pontage/admission';
import { overloaded, type Problem } from '@pontage/problems';

/** A query that may have to wait before it is asked. */
export interface Crossing extends Entrant {
  readonly enteredAt: number;
  /** It has not been asked in time. */
  refuse(problem: Problem): void;
}

/** More than that at once are not answered sooner, whatever the machine. */
const room = { capacity: 1_024, queue: 512 };
/** Of one organisation when there are others: what keeps a quick path busy, up to what slower upstreams can use. */
const [leastPerOrg, mostPerOrg] = [4, 256];
/** When the quickest of a window took so many times what the quickest of late took, and this long, all of them stood in line. */
const lineFactor = 2;
const leastLineMs = 3;
/** What is remembered of the quickest of late grows by this at each sweep: twofold within half a minute. */
const forgets = 1.0025;
/** So long that the few at first have become many, also where upstreams are slow and each crossing takes a quarter of a second. */
const longestWaitMs = 2_000;
/** Of those that have waited too long, so many are told at a time: callers who are refused together ask again together. */
const refusedTogether = 32;
const sweepMs = 100;
/** Whoever asked less than that ago is there. */
const presentMs = 10_000;

/**
 * The queries that are between here and the first sign of their worker. Query-proxies, the bus and workers take what comes in
 * the order in which it comes, so what lines up there lines up in front of everybody: of one organisation a few are let on the
 * way at once, more while that makes no lines, and its others wait here, where organisations are served in turn. A query that
 * waits for a slow upstream has crossed. While there is one organisation alone, nobody is in another's way.
 * @see RFC 8289, 3.2: why the quickest tells of a standing line
 */
export class Crossings {
  private readonly admission = new Admission<Crossing>(room);
  private readonly askedAt = new Map<string, number>();
  private perOrg = leastPerOrg;
  private quickestMs = Infinity;
  private quickestOfLateMs = Infinity;
  private readonly timer = setInterval(() => this.sweep(performance.now()), sweepMs).unref();

  /** True when a query of this organisation could be asked, or wait for that. */
  hasRoomFor(org: string): boolean {
    return this.admission.hasRoomFor({ org });
  }

  /** Lets it cross now or when its turn comes. @throws Problem `overloaded` when too many of its organisation wait */
  enter(crossing: Crossing): void {
    this.askedAt.set(crossing.org, crossing.enteredAt);
    if (this.askedAt.size > 1) this.admission.perOrg = this.perOrg;
    if (!this.admission.enter(crossing)) throw tooMany();
  }

  /** Its worker has been heard of, or it is over: to be said once of each that has entered. */
  leave(crossing: Crossing): void {
    this.admission.leave(crossing);
  }

  /** How long one took besides what its upstream took. */
  note(ms: number): void {
    if (ms < this.quickestMs) this.quickestMs = ms;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sweep(now: number): void {
    const overdue = [...this.admission.waiting].filter(({ enteredAt }) => now - enteredAt > longestWaitMs);
    for (const crossing of overdue.slice(0, refusedTogether)) crossing.refuse(tooMany());
    for (const [org, at] of this.askedAt) if (now - at > presentMs) this.askedAt.delete(org);
    this.perOrg = this.nextPerOrg();
    this.quickestMs = Infinity;
    this.admission.perOrg = this.askedAt.size < 2 ? Infinity : this.perOrg;
  }

  /** It grows only where somebody waits for it to: a flood finds it small. */
  private nextPerOrg(): number {
    const { perOrg, quickestMs, admission } = this;
    if (quickestMs === Infinity) return perOrg;
    this.quickestOfLateMs = Math.min(quickestMs, this.quickestOfLateMs * forgets);
    if (quickestMs > Math.max(leastLineMs, lineFactor * this.quickestOfLateMs))
      return Math.max(leastPerOrg, Math.floor(perOrg / 2));
    return admission.queued === 0 ? perOrg : Math.min(mostPerOrg, Math.ceil(perOrg * 1.25));
  }
}

const tooMany = (): Problem =>
  overloaded({}, { detail: "Too many of the organisation's queries are waiting already. Nothing was sent." });
