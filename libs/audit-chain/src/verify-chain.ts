import type { Checkpoint } from '@pontage/contracts/audit-log';
import type { AuditEvent } from '@pontage/contracts/events';
import { bodyOf, genesis, hashOf, type Head } from './chain.js';
import { checkpointFault, type CheckpointKeys } from './checkpoint.js';

/** The first place where a chain does not hold, and why. */
export interface Broken {
  readonly seq: number;
  readonly reason: string;
}

/** What a verification found, in the words of the `verifyAudit` contract. */
export interface ChainReport {
  readonly ok: boolean;
  readonly events: number;
  readonly checkpoints: number;
  readonly firstBroken: Broken | null;
}

/** What a chain is verified against. */
export interface ChainEvidence {
  readonly org: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly keys: CheckpointKeys;
  /** Heads that the verifying process has seen itself, and remembers. */
  readonly remembered?: readonly Head[];
  /** Where the events begin that will be shown, when it is not the chain's beginning. */
  readonly from?: Head;
}

/** Something that knows the hash of one place. */
interface Witness extends Head {
  readonly says: string;
}

/**
 * Verifies one organisation's chain, event by event in the order of `seq`, so that a log of any length fits.
 * An event is broken when it is missing, stands twice, does not give its hash, or does not follow its predecessor.
 * A checkpoint that the chain contradicts breaks it right behind the last checkpoint that holds: what was rewritten
 * consistently can only be told apart from there on.
 */
export class ChainVerifier {
  private readonly witnesses: readonly Witness[];
  private readonly falseCheckpoint: Broken | undefined;
  private readonly checkpoints: number;
  private head: Head;
  /** The hash in front of the head's. */
  private before = '';
  private vouched: number;
  private next = 0;
  private count = 0;
  private broken: Broken | undefined;

  constructor({ org, checkpoints, keys, remembered = [], from = genesis(org) }: ChainEvidence) {
    const judged = checkpoints.map((checkpoint) => ({ checkpoint, fault: checkpointFault(org, checkpoint, keys) }));
    const believed = judged.flatMap(({ checkpoint: { seq, hash, at }, fault }) =>
      fault === undefined ? [{ seq, hash, says: `the checkpoint of ${at}` }] : [],
    );
    const seen = remembered.map(({ seq, hash }) => ({ seq, hash, says: 'the process that wrote them' }));
    this.witnesses = [...believed, ...seen].filter(({ seq }) => seq > from.seq).sort(bySeq);
    const faults = judged.flatMap(({ checkpoint: { seq }, fault }) =>
      fault === undefined ? [] : [{ seq, reason: fault }],
    );
    this.falseCheckpoint = faults.sort(bySeq)[0];
    this.checkpoints = checkpoints.length;
    this.head = from;
    this.vouched = from.seq;
  }

  /**
   * Takes the next event. After the first broken one, the rest is only counted.
   * @param body its text as `bodyOf` makes it, for who has made it already
   */
  add(event: AuditEvent, body = bodyOf(event)): void {
    this.count += 1;
    this.broken ??= this.judge(event, body);
    if (this.broken !== undefined) return;
    this.before = this.head.hash;
    this.head = { seq: event.seq, hash: event.hash };
    this.broken = this.ask();
  }

  /**
   * Takes the next event, of which is known that its text gives its hash. False: it does not follow the one before, and is to be
   * taken as any other.
   */
  addKnown({ seq, prevHash, hash }: Pick<AuditEvent, 'seq' | 'prevHash' | 'hash'>): boolean {
    if (this.broken !== undefined || seq !== this.head.seq + 1 || prevHash !== this.head.hash) return false;
    this.count += 1;
    this.before = prevHash;
    this.head = { seq, hash };
    this.broken = this.ask();
    return true;
  }

  /** Takes the next event, of which something is stored that its text does not say. */
  addAltered({ seq, prevHash }: Pick<AuditEvent, 'seq' | 'prevHash'>): void {
    this.count += 1;
    this.broken ??= this.misplaced(seq) ?? this.inserted(prevHash) ?? { seq, reason: altered };
  }

  /** Says what was found; to be asked once, behind the last event. */
  finish(): ChainReport {
    this.broken ??= this.missingTail();
    const firstBroken = [this.broken, this.falseCheckpoint].filter((each) => each !== undefined).sort(bySeq)[0] ?? null;
    return { ok: firstBroken === null, events: this.count, checkpoints: this.checkpoints, firstBroken };
  }

  private judge(event: AuditEvent, body: string): Broken | undefined {
    const misplaced = this.misplaced(event.seq);
    if (misplaced !== undefined) return misplaced;
    const { seq, hash, prevHash } = event;
    if (!isHash(prevHash) || hash !== hashOf(prevHash, body))
      return this.inserted(prevHash) ?? { seq, reason: altered };
    if (prevHash === this.head.hash) return undefined;
    if (seq === 1) return { seq, reason: 'The chain does not begin where this organisation’s does.' };
    // The event itself is as it was hashed, so the one before it is not the one that it was chained to.
    return { seq: this.head.seq, reason: 'The next event was chained to another one than this.' };
  }

  /** An event that has to move on for one that is put in front of it still says whom it followed. */
  private inserted(prevHash: string): Broken | undefined {
    return prevHash === this.before
      ? { seq: this.head.seq, reason: 'The next event followed the one before this.' }
      : undefined;
  }

  private misplaced(seq: number): Broken | undefined {
    const expected = this.head.seq + 1;
    if (seq > expected) return { seq: expected, reason: 'The event is missing.' };
    return seq < expected ? { seq, reason: 'There is more than one event at this place.' } : undefined;
  }

  /** Compares the head with what the witnesses say of its place. */
  private ask(): Broken | undefined {
    for (; ; this.next += 1) {
      const witness = this.witnesses[this.next];
      if (witness === undefined || witness.seq > this.head.seq) return undefined;
      if (witness.hash !== this.head.hash) {
        return {
          seq: this.vouched + 1,
          reason: `Some of the events ${this.vouched + 1} to ${witness.seq} are not those of ${witness.says}.`,
        };
      }
      this.vouched = witness.seq;
    }
  }

  private missingTail(): Broken | undefined {
    const beyond = this.witnesses.at(-1);
    if (beyond === undefined || beyond.seq <= this.head.seq) return undefined;
    return {
      seq: this.head.seq + 1,
      reason: `The event is missing: there were ${beyond.seq} events, says ${beyond.says}.`,
    };
  }
}

const altered = 'The event is not the one that was hashed.';

/** Verifies a whole chain that is at hand. */
export function verifyChain(events: Iterable<AuditEvent>, evidence: ChainEvidence): ChainReport {
  const verifier = new ChainVerifier(evidence);
  for (const event of events) verifier.add(event);
  return verifier.finish();
}

const bySeq = (a: { readonly seq: number }, b: { readonly seq: number }): number => a.seq - b.seq;

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
