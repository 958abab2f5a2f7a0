import {
  decodeFrame,
  encodeCancel,
  encodeFlow,
  encodeMessage,
  openFrame,
  SealedBatches,
  type Bus,
  type FlowMessage,
  type PresenceRecord,
  type Reply,
  type ReplyInbox,
} from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import {
  cancelSubject,
  flowSubject,
  sendSubject,
  type Dispatch,
  type KeptAnswer,
  type Receipt,
} from '@pontage/contracts/egress-worker';
import { InHand } from '@pontage/in-hand';
import { asProblem, isProblem, type Problem } from '@pontage/problems';
import { type WorkerPool } from './worker-pool.js';

/** What becomes of a kept answer: it goes on, another attempt follows, or the reader gets a problem in its place. */
export type Verdict = 'release' | 'discard' | Problem;

/** One outbound request on its way to a worker. */
export interface Sending {
  readonly region: string;
  readonly executionId: string;
  readonly attempt: number;
  /** Makes the dispatch for the worker that is asked. Called again for each further one; what it throws is told to `failed`. */
  readonly dispatchTo: (worker: PresenceRecord) => Dispatch;
  /** The request's body, when it travels inline. */
  readonly body?: Uint8Array | undefined;
  /** It follows another attempt of the same execution: a region that takes nothing new goes on with it. */
  readonly isBegun?: boolean;
  /** Judges an answer that the dispatch asked to keep; `hold` tells the worker how long that takes, when it is seconds. */
  readonly judge?: (kept: KeptAnswer, hold: (ms: number) => void) => Promise<Verdict> | Verdict;
  /** It could not be handed to any worker of the region; nothing was sent to the upstream. */
  readonly failed: (problem: Problem) => void;
  /** Its worker is gone, and nothing more will come; whether the upstream acted is unknown. */
  readonly lost: () => void;
  /** How it ended, as the worker says; the answer itself goes to the `answerTo` of the dispatch. */
  readonly ended?: (receipt: Receipt) => void;
}

interface Pending {
  readonly sending: Sending;
  readonly inbox: ReplyInbox;
  readonly worker: PresenceRecord;
  /** Those that were asked before this worker. */
  readonly tried: ReadonlySet<string>;
  /** No receipt comes after this, by this process's own monotonic clock. */
  readonly overAt: number;
  /** Its kept answer is being judged: what follows depends on the verdict, whether the worker is still there or not. */
  isJudged: boolean;
}

const maxWorkersTried = 3;
const nobody: ReadonlySet<string> = new Set();
/** A receipt that has not come this long after the deadline will not come. */
const receiptGraceMs = 5_000;
/** How often those are looked for whose receipt will not come: one clock for all costs less than a timer each. */
const sweepMs = 1_000;

/** Hands outbound requests to workers of their region and keeps account of them. */
export class Dispatcher {
  private readonly pending = new InHand<string, Pending>();
  private readonly batches: SealedBatches;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly workers: WorkerPool,
  ) {
    this.batches = new SealedBatches(bus, {
      untaken: (key, instance) => this.untaken(key, instance),
      failed: (key, error) => this.fail(key, error),
    });
    bus.presence.watchClosely(({ instance }) => workers.hasInHand(instance));
    bus.presence.onLoss(({ service, instance }) => {
      if (service === 'egress-worker') void this.lose(instance);
    });
  }

  /** Sends a dispatch; what becomes of it is told to the callbacks, and never thrown. */
  send(sending: Sending): void {
    this.attempt(sending, nobody);
  }

  /** Tells every worker of the region that an execution is no longer wanted. */
  cancel(region: string, executionId: string): void {
    // It comes behind the dispatch that it is about.
    this.batches.flush();
    this.bus.connection.publish(subjectOf(cancelSubject, { region }), encodeCancel(executionId));
  }

  /** How many dispatches have not ended. */
  get inflight(): number {
    return this.pending.size;
  }

  private attempt(sending: Sending, tried: ReadonlySet<string>): void {
    let worker: PresenceRecord;
    let dispatch: Dispatch;
    try {
      worker = this.workers.pick(sending.region, tried, sending.isBegun);
      dispatch = sending.dispatchTo(worker);
    } catch (error) {
      sending.failed(asProblem(error));
      return;
    }
    const key = keyOf(sending);
    const subject = subjectOf(sendSubject, { region: sending.region, worker: worker.instance });
    const inbox = this.bus.replies.expect((message) => this.take(key, message));
    const overAt = performance.now() + dispatch.remainingMs + receiptGraceMs;
    this.pending.set(key, { sending, inbox, worker, tried, overAt, isJudged: false });
    this.sweeper ??= setInterval(() => this.sweep(), sweepMs).unref();
    this.workers.started(worker.instance);
    this.batches.send(worker, subject, key, encodeMessage(dispatch, inbox.subject, sending.body));
  }

  private untaken(key: string, instance: string): void {
    const pending = this.pending.get(key);
    if (pending?.worker.instance !== instance) return;
    this.bus.presence.forget('egress-worker', instance);
    this.elsewhere(key, pending);
  }

  private fail(key: string, error: unknown): void {
    const pending = this.pending.get(key);
    this.end(key);
    pending?.sending.failed(asProblem(error));
  }

  private take(key: string, message: Reply): void {
    const pending = this.pending.get(key);
    if (pending === undefined) return;
    const frame = decodeFrame(openFrame(this.bus.channels, message.subject, message.data));
    if (frame.type === 'busy') this.elsewhere(key, pending);
    else if (frame.type === 'kept') void this.judge(pending, frame.head);
    else if (frame.type === 'receipts') frame.head.receipts.forEach((receipt) => this.end(keyOf(receipt), receipt));
  }

  /** The worker has done nothing with it: another one of the same region may. */
  private elsewhere(key: string, pending: Pending): void {
    this.end(key);
    const { sending, worker } = pending;
    const tried = new Set([...pending.tried, worker.instance]);
    const all = () => this.bus.presence.live('egress-worker', sending.region).map(({ instance }) => instance);
    this.attempt(sending, tried.size < maxWorkersTried ? tried : new Set(all()));
  }

  private async judge(pending: Pending, kept: KeptAnswer): Promise<void> {
    const { executionId, attempt } = kept;
    const { region, judge, lost } = pending.sending;
    const subject = subjectOf(flowSubject, { region, worker: pending.worker.instance });
    const tell = (flow: FlowMessage): void =>
      this.bus.connection.publish(subject, encodeFlow({ ...flow, executionId, attempt }));
    pending.isJudged = true;
    const verdict = await (judge?.(kept, (ms) => tell({ type: 'hold', ms: Math.ceil(ms) })) ?? 'release');
    pending.isJudged = false;
    if (this.bus.presence.find('egress-worker', pending.worker.instance) === undefined) {
      this.end(keyOf(kept));
      if (verdict !== 'discard') lost();
      return;
    }
    tell(isProblem(verdict) ? { type: 'refuse', problem: verdict.toWire() } : { type: verdict });
  }

  /** Whatever a worker had in hand ends with it. */
  private async lose(instance: string): Promise<void> {
    // Of what it never got the server says so within this round trip, and another worker has it by then.
    this.batches.flush();
    await this.bus.connection.flush().catch(() => undefined);
    for (const pending of [...this.pending]) {
      if (pending.worker.instance !== instance || pending.isJudged) continue;
      this.end(keyOf(pending.sending));
      pending.sending.lost();
    }
  }

  private sweep(): void {
    const now = performance.now();
    for (const { overAt, sending } of this.pending) if (overAt <= now) this.end(keyOf(sending));
    if (this.pending.size > 0) return;
    clearInterval(this.sweeper);
    this.sweeper = undefined;
  }

  private end(key: string, receipt?: Receipt): void {
    const pending = this.pending.take(key);
    if (pending === undefined) return;
    pending.inbox.close();
    this.workers.ended(pending.worker.instance);
    if (receipt !== undefined) pending.sending.ended?.(receipt);
  }
}

const keyOf = ({ executionId, attempt }: { executionId: string; attempt: number }): string =>
  `${executionId}/${attempt}`;
