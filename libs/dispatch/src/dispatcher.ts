import type { Msg } from '@nats-io/transport-node';
import {
  decodeFrame,
  encodeCancel,
  encodeFlow,
  isNoResponders,
  openFrame,
  sealDispatch,
  type Bus,
  type FlowMessage,
  type PresenceRecord,
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
import { asProblem, isProblem, type Problem } from '@pontage/problems';
import { WorkerPool } from './worker-pool.js';

/** What becomes of a kept answer: it goes on, another attempt follows, or the reader gets a problem in its place. */
export type Verdict = 'release' | 'discard' | Problem;

/** One outbound request on its way to a worker. */
export interface Sending {
  readonly region: string;
  readonly dispatch: Dispatch;
  /** The request's body, when it travels inline. */
  readonly body?: Uint8Array | undefined;
  /** Judges an answer that the dispatch asked to keep. */
  readonly judge?: (kept: KeptAnswer) => Promise<Verdict> | Verdict;
  /** It could not be handed to any worker of the region; nothing was sent to the upstream. */
  readonly failed: (problem: Problem) => void;
  /** How it ended, as the worker says; the answer itself goes to `dispatch.answerTo`. */
  readonly ended?: (receipt: Receipt) => void;
}

interface Pending extends Sending {
  readonly inbox: ReplyInbox;
  readonly worker: PresenceRecord;
  readonly tried: ReadonlySet<string>;
  /** No receipt comes after this, by this process's own monotonic clock. */
  readonly overAt: number;
}

const maxWorkersTried = 3;
/** A receipt that has not come this long after the deadline will not come. */
const receiptGraceMs = 5_000;
/** How often those are looked for whose receipt will not come: one clock for all costs less than a timer each. */
const sweepMs = 1_000;

/** Hands outbound requests to workers of their region and keeps account of them. */
export class Dispatcher {
  readonly workers: WorkerPool;
  private readonly pending = new Map<string, Pending>();
  private sweeper: NodeJS.Timeout | undefined;

  constructor(private readonly bus: Bus) {
    this.workers = new WorkerPool(bus.presence);
  }

  /** Sends a dispatch; what becomes of it is told to the callbacks, and never thrown. */
  send(sending: Sending): void {
    this.attempt(sending, new Set());
  }

  /** Tells every worker of the region that an execution is no longer wanted. */
  cancel(region: string, executionId: string): void {
    this.bus.connection.publish(subjectOf(cancelSubject, { region }), encodeCancel(executionId));
  }

  /** How many dispatches have not ended. */
  get inflight(): number {
    return this.pending.size;
  }

  private attempt(sending: Sending, tried: ReadonlySet<string>): void {
    let worker: PresenceRecord;
    try {
      worker = this.workers.pick(sending.region, tried);
    } catch (error) {
      sending.failed(asProblem(error));
      return;
    }
    const { bus } = this;
    const { dispatch } = sending;
    const key = keyOf(dispatch);
    const subject = subjectOf(sendSubject, { region: sending.region, worker: worker.instance });
    const inbox = bus.replies.expect((message) => this.take(key, message));
    const overAt = performance.now() + dispatch.remainingMs + receiptGraceMs;
    this.pending.set(key, { ...sending, inbox, worker, tried: new Set([...tried, worker.instance]), overAt });
    this.sweeper ??= setInterval(() => this.sweep(), sweepMs).unref();
    this.workers.started(worker.instance);
    bus.connection.publish(subject, sealDispatch(bus.channels, worker.key, subject, dispatch, sending.body), {
      reply: inbox.subject,
    });
  }

  private take(key: string, message: Msg): void {
    const pending = this.pending.get(key);
    if (pending === undefined) return;
    if (isNoResponders(message)) {
      this.bus.presence.forget('egress-worker', pending.worker.instance);
      return this.elsewhere(key, pending);
    }
    const frame = decodeFrame(openFrame(this.bus.channels, message.subject, message.data));
    if (frame.type === 'busy') this.elsewhere(key, pending);
    else if (frame.type === 'kept') void this.judge(pending, frame.head);
    else if (frame.type === 'receipts') frame.head.receipts.forEach((receipt) => this.end(keyOf(receipt), receipt));
  }

  /** The worker has done nothing with it: another one of the same region may. */
  private elsewhere(key: string, pending: Pending): void {
    this.end(key);
    if (pending.tried.size < maxWorkersTried) this.attempt(pending, pending.tried);
    else
      this.attempt(
        pending,
        new Set(this.bus.presence.live('egress-worker', pending.region).map(({ instance }) => instance)),
      );
  }

  private async judge(pending: Pending, kept: KeptAnswer): Promise<void> {
    const verdict = await (pending.judge?.(kept) ?? 'release');
    const subject = subjectOf(flowSubject, { region: pending.region, worker: pending.worker.instance });
    const { executionId, attempt } = kept;
    const flow: FlowMessage = isProblem(verdict) ? { type: 'refuse', problem: verdict.toWire() } : { type: verdict };
    this.bus.connection.publish(subject, encodeFlow({ ...flow, executionId, attempt }));
  }

  private sweep(): void {
    const now = performance.now();
    for (const [key, { overAt }] of this.pending) if (overAt <= now) this.end(key);
    if (this.pending.size > 0) return;
    clearInterval(this.sweeper);
    this.sweeper = undefined;
  }

  private end(key: string, receipt?: Receipt): void {
    const pending = this.pending.get(key);
    if (pending === undefined) return;
    this.pending.delete(key);
    pending.inbox.close();
    this.workers.ended(pending.worker.instance);
    if (receipt !== undefined) pending.ended?.(receipt);
  }
}

const keyOf = ({ executionId, attempt }: { executionId: string; attempt: number }): string =>
  `${executionId}/${attempt}`;
