import { secretSpellings } from './secret-spellings.js';
import { shortestText, TextIndex, type Found } from './text-index.js';

/** Whose a secret is: an organisation, or the process itself. */
export type Owner = string;

/** The owner of what the process itself logs in with. */
export const thisProcess: Owner = 'this process';

/** Secrets of one owner. */
export interface OwnedTexts {
  readonly owner: Owner;
  readonly texts: readonly string[];
}

/** Whose secrets are looked for, and which of them. */
export interface Sought {
  /** Absent: everybody's. What one organisation may read must not depend on the secrets of another. */
  readonly owner?: Owner;
  /** Of shorter secrets only those that {@link own} names: in structured data a short text may stand by chance. */
  readonly from?: number;
  readonly own?: readonly string[];
  /** More secrets than this process has noted. */
  readonly also?: OwnedTexts;
  /** Only what is in the index already, for those who have no time. */
  readonly atOnce?: boolean;
}

/** A text without the secrets that were in it, and whose they were. */
export interface Masked {
  readonly text: string;
  readonly owners: ReadonlySet<Owner>;
}

/** What stands in the place of a secret. */
const mask = '***';
/** So many secrets are known at most; those that were noted first are forgotten first. */
const mostSecrets = 4096;
/** What is noted for less time does not push out the rest. */
const briefMs = 60_000;
const mostBrief = 1024;
const sweepEveryMs = 30_000;

/** A text that is nothing but templates says where a secret is, and stands readably in other settings as well. */
const isTemplate = (text: string): boolean =>
  (text.includes('{{') ? text.replace(/\{\{[^{}]*\}\}/g, '') : text).trim() === '';

interface Held {
  readonly secret: string;
  /** Per owner the end, on this process's own monotonic clock. */
  readonly until: Map<Owner, number>;
  /** Empty until they are needed. */
  spellings: readonly string[];
}

/** The secrets that this process has in its memory just now, so that whatever it says can be looked through for them. */
export class LiveSecrets {
  private readonly index = new TextIndex<Held>();
  private readonly lasting = new Map<string, Held>();
  private readonly brief = new Map<string, Held>();
  private readonly waiting = new Set<Held>();
  private readonly sources: (() => Iterable<OwnedTexts>)[] = [];
  private sweepAt = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Notes secrets of an owner for as long as they are used. Cheap when it is for up to a minute: spellings are made when
   * something is looked through. Texts of fewer than six characters are passed over.
   */
  note(owner: Owner, secrets: Iterable<string>, forMs: number): void {
    const isBrief = forMs <= briefMs;
    const [kept, most] = isBrief ? [this.brief, mostBrief] : [this.lasting, mostSecrets];
    const now = this.now();
    if (now >= this.sweepAt) this.sweep(now);
    const until = now + forMs;
    for (const secret of secrets) {
      if (secret.length < shortestText || isTemplate(secret)) continue;
      const held = kept.get(secret) ?? { secret, until: new Map<Owner, number>(), spellings: [] };
      held.until.set(owner, Math.max(until, held.until.get(owner) ?? 0));
      if (kept.has(secret)) continue;
      if (kept.size >= most) this.makeRoom(kept, most);
      kept.set(secret, held);
      if (isBrief) this.waiting.add(held);
      else this.enter(held);
    }
  }

  /**
   * Asks for more secrets whenever a text is looked through for everybody's, which is what a log line is: for those that
   * come and go too fast to be noted.
   */
  askAlso(source: () => Iterable<OwnedTexts>): void {
    this.sources.push(source);
  }

  /** The text without secrets; undefined when it holds none. */
  mask(text: string, sought: Sought = {}): Masked | undefined {
    const found = this.find(text, sought);
    if (found.length === 0) return undefined;
    const owners = new Set<Owner>();
    const marks: Mark[] = [];
    for (const { start, end, of } of found) {
      const ofSought = this.ownersOf(of, sought);
      if (ofSought.length > 0) marks.push([start, end]);
      for (const owner of ofSought) owners.add(owner);
    }
    return marks.length === 0 ? undefined : { text: without(text, marks), owners };
  }

  private find(text: string, { owner, also, atOnce }: Sought): Found<Held>[] {
    if (text.length < shortestText) return [];
    if (atOnce === true) return this.index.find(text);
    if (this.waiting.size > 0) this.enterWaiting();
    const found = this.index.find(text);
    if (also === undefined && (owner !== undefined || this.sources.length === 0)) return found;
    const named = owner === undefined ? this.sources.flatMap((source) => [...source()]) : [];
    const passing = [...named, ...(also === undefined ? [] : [also])];
    return [...found, ...passing.flatMap((each) => [...findPassing(text, each)])];
  }

  private enterWaiting(): void {
    for (const held of this.waiting) this.enter(held);
    this.waiting.clear();
  }

  private ownersOf({ secret, until }: Held, { owner, from = 0, own = [] }: Sought): Owner[] {
    if (secret.length < from && !own.includes(secret)) return [];
    const now = this.now();
    return [...until]
      .filter(([each, end]) => end > now && (owner === undefined || each === owner))
      .map(([each]) => each);
  }

  private enter(held: Held): void {
    held.spellings = secretSpellings(held.secret);
    for (const spelling of held.spellings) this.index.add(spelling, held);
  }

  private drop(kept: Map<string, Held>, held: Held): void {
    kept.delete(held.secret);
    this.waiting.delete(held);
    for (const spelling of held.spellings) this.index.remove(spelling, held);
  }

  /** Secrets do not stay in memory longer than they are good for. */
  private sweep(now: number): void {
    this.sweepAt = now + sweepEveryMs;
    for (const kept of [this.lasting, this.brief])
      for (const held of kept.values()) if ([...held.until.values()].every((end) => end <= now)) this.drop(kept, held);
  }

  /** Forgets what is over; when that is too little, a quarter of the rest, the oldest first. */
  private makeRoom(kept: Map<string, Held>, most: number): void {
    this.sweep(this.now());
    if (kept.size <= (most * 3) / 4) return;
    const ending = [...kept.values()].filter(({ until }) => !until.has(thisProcess));
    for (const held of ending.slice(0, most / 4)) this.drop(kept, held);
  }
}

/** The secrets of this process. */
export const liveSecrets = new LiveSecrets();

/** What passes is in no index: to put it there would cost more than to look for it. */
function* findPassing(text: string, { owner, texts }: OwnedTexts): Iterable<Found<Held>> {
  for (const secret of texts) {
    const of = { secret, until: new Map([[owner, Infinity]]), spellings: [] };
    for (const spelling of secretSpellings(secret)) {
      for (let start = text.indexOf(spelling); start !== -1; start = text.indexOf(spelling, start + 1))
        yield { start, end: start + spelling.length, of };
    }
  }
}

type Mark = readonly [start: number, end: number];

function without(text: string, marks: readonly Mark[]): string {
  let left = '';
  let at = 0;
  for (const [start, end] of marks.toSorted(([a], [b]) => a - b)) {
    if (start >= at) left += text.slice(at, start) + mask;
    at = Math.max(at, end);
  }
  return left + text.slice(at);
}
