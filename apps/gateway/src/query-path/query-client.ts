import { randomUUID } from 'node:crypto';
import type { Msg } from '@nats-io/transport-node';
import {
  decodeFrame,
  encodeCancel,
  encodeFlow,
  encodeMessage,
  isNoResponders,
  openFrame,
  type Bus,
  type BulkConnection,
  type FlowMessage,
  type FrameHeads,
  type ReplyInbox,
} from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { cancelSubject, flowSubject } from '@pontage/contracts/egress-worker';
import { queryClosedSubject, type QueryClosed } from '@pontage/contracts/events';
import { attemptsPerRun, runQuerySubject, type RunQuery } from '@pontage/contracts/query-proxy';
import {
  asProblem,
  dispatchLost,
  embedSessionExpired,
  isProblem,
  problemFromWire,
  unauthenticated,
  unavailable,
  workerLost,
  type Problem,
} from '@pontage/problems';
import type { Crossing, Crossings } from '../admission/crossings.js';
import { sealCookies } from './forwardable-cookies.js';
import { AnswerAssembly, type AnswerReader } from './answer.js';

/** What a caller of the client decides of a run; the rest is the client's. */
export type QueryToRun = Omit<RunQuery, 'executionId' | 'attempt' | 'gateway' | 'bulkInbox' | 'cookies'> & {
  /** The caller's cookies that a resource may have forwarded; they leave this process sealed. */
  readonly cookieLine?: string | undefined;
  /** False once the caller may not go on. */
  readonly isLive: () => boolean;
};

interface Open extends Crossing {
  readonly executionId: string;
  readonly run: QueryToRun;
  readonly body: Uint8Array | undefined;
  readonly assembly: AnswerAssembly;
  readonly reader: AnswerReader;
  readonly inboxes: readonly ReplyInbox[];
  readonly repeatable: boolean;
  /** 0 while it waits for its turn; then 1, or 2 after a silence. */
  attempt: number;
  /** Nothing has been heard yet of the worker that has it. */
  isCrossing: boolean;
  askedAt: number;
  heardAt: number;
  heard: boolean;
  /** Where flow messages go, and for which attempt, once a worker has spoken. */
  worker: { readonly region: string; readonly workerId: string; readonly attempt: number } | undefined;
}

/** No first frame within this, or silence for that long afterwards: lost. */
const firstFrameMs = 1_000;
const silenceMs = 3_000;
const sweepMs = 100;

/** A running execution, to feed and to end. */
export interface RunningQuery {
  readonly executionId: string;
  /** How often the request went to the upstream, as far as is known: by the number of the attempt that is answered. */
  readonly attempts: number;
  /** Allows the worker that many more bytes of the answer. */
  grant(bytes: number): void;
  /** Sends a piece of the request's body. */
  send(sequence: number, body: Uint8Array, last: boolean): void;
  /** Says that the rest of the request's body will not come. */
  cut(): void;
  /** The caller has gone, or has had enough. */
  cancel(reason: string): void;
}

/** Sends queries to query-proxies and sorts the frames that workers send back; one subscription for all of them. */
export class QueryClient {
  private readonly open = new Map<string, Open>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly bulk: BulkConnection,
    private readonly crossings: Crossings,
  ) {
    this.timer = setInterval(() => this.sweep(), sweepMs).unref();
  }

  /** How many queries are being answered. */
  get inflight(): number {
    return this.open.size;
  }

  /**
   * Runs a query; the reader hears everything else.
   * `repeatable`: a silence before the head is answered by asking once more, as for GET and HEAD.
   */
  run(run: QueryToRun, body: Uint8Array | undefined, repeatable: boolean, reader: AnswerReader): RunningQuery {
    const executionId = randomUUID();
    const take = (message: Msg) => this.take(executionId, message);
    const open: Open = {
      org: run.org,
      enteredAt: performance.now(),
      start: () => this.ask(open),
      refuse: (problem) => this.refuse(open, problem),
      executionId,
      run,
      body,
      reader,
      repeatable,
      assembly: new AnswerAssembly(this.closing(executionId, reader)),
      inboxes: [this.bus.replies.expect(take), this.bulk.replies.expect(take)],
      attempt: 0,
      isCrossing: true,
      askedAt: 0,
      heardAt: 0,
      heard: false,
      worker: undefined,
    };
    this.open.set(executionId, open);
    this.enter(open);
    return {
      executionId,
      get attempts() {
        return attemptsOf(open.worker?.attempt ?? 1);
      },
      grant: (bytes) => this.flow(open, { type: 'grant', bytes }),
      send: (sequence, piece, last) => this.flow(open, { type: 'data', sequence, body: piece, last }),
      cut: () => this.flow(open, { type: 'cut' }),
      cancel: (reason) => this.cancel(open, reason),
    };
  }

  /** Waits for the running queries, at most `withinMs`. */
  async drain(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.open.size > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 25));
    clearInterval(this.timer);
    this.crossings.stop();
  }

  private enter(open: Open): void {
    try {
      this.crossings.enter(open);
    } catch (error) {
      open.isCrossing = false;
      // The caller has no query yet that could fail.
      queueMicrotask(() => this.refuse(open, asProblem(error)));
    }
  }

  /** It ends unasked: there is nothing to put on record. */
  private refuse(open: Open, problem: Problem): void {
    this.close(open.executionId);
    open.reader.problem(problem);
  }

  private crossed(open: Open): void {
    if (!open.isCrossing) return;
    open.isCrossing = false;
    this.crossings.leave(open);
  }

  private ask(open: Open): void {
    const { service, instance } = this.bus.identity;
    const [inbox, bulkInbox] = open.inboxes;
    open.attempt += 1;
    open.askedAt = performance.now();
    open.heardAt = open.askedAt;
    open.heard = false;
    const { cookieLine, isLive: _isLive, ...run } = open.run;
    const head: RunQuery = {
      ...run,
      ...(cookieLine === undefined ? {} : { cookies: sealCookies(this.bus, cookieLine, open.executionId) }),
      executionId: open.executionId,
      attempt: open.attempt,
      gateway: `${service}/${instance}`,
      bulkInbox: bulkInbox?.subject ?? '',
    };
    this.bus.connection.publish(runQuerySubject, encodeMessage(head, open.body), { reply: inbox?.subject ?? '' });
  }

  private take(executionId: string, message: Msg): void {
    const open = this.open.get(executionId);
    if (open === undefined) return;
    if (isNoResponders(message)) return this.fail(open, unavailable({}, { detail: 'No query-proxy is there.' }));
    open.heardAt = performance.now();
    open.heard = true;
    this.crossed(open);
    try {
      this.sort(open, decodeFrame(openFrame(this.bus.channels, message.subject, message.data)));
    } catch (error) {
      this.fail(open, asProblem(error));
    }
  }

  private sort(open: Open, frame: ReturnType<typeof decodeFrame>): void {
    switch (frame.type) {
      case 'head':
      case 'whole':
        if (!open.assembly.begun) open.worker = { ...frame.head, attempt: frame.attempt };
        if (frame.type === 'whole') this.crossings.note(open.heardAt - open.askedAt - frame.head.durationMs);
        return open.assembly.take(frame);
      case 'chunk':
      case 'end':
        return open.assembly.take(frame);
      case 'pull':
        if (open.assembly.begun || frame.attempt < (open.worker?.attempt ?? 0)) return;
        open.worker = { ...frame.head, attempt: frame.attempt };
        return open.reader.pull(frame.head, frame.attempt);
      case 'problem':
        // Of a superseded attempt: the newer one is still to be heard.
        if (frame.attempt <= (open.attempt - 1) * attemptsPerRun) return;
        return this.refused(open, problemFromWire(frame.head), frame.head);
      default:
        return;
    }
  }

  /** The reader's view of the end: the execution is closed before it hears of it. */
  private closing(executionId: string, reader: AnswerReader): AnswerReader {
    return {
      pull: (pull, attempt) => reader.pull(pull, attempt),
      head: (head, attempt) => reader.head(head, attempt),
      chunk: (bytes) => reader.chunk(bytes),
      end: (end) => {
        this.close(executionId);
        reader.end(end);
      },
      problem: (problem) => reader.problem(problem),
    };
  }

  /** A worker that is gone took no answer along that anybody has seen: another one of its region may be asked. */
  private refused(open: Open, problem: Problem, said: FrameHeads['problem']): void {
    if (!isProblem(problem, workerLost)) return this.fail(open, problem, said);
    if (mayRepeat(open)) return this.ask(open);
    // The worker itself did not get to say how it ended.
    if (said.workerId === null) this.record(open, problem.slug);
    this.fail(open, problem, said);
  }

  private fail(open: Open, problem: Problem, said?: FrameHeads['problem']): void {
    this.close(open.executionId);
    if (said === undefined) this.record(open, problem.slug);
    open.reader.problem(problem, said);
  }

  private close(executionId: string): void {
    const open = this.open.get(executionId);
    if (open === undefined) return;
    this.open.delete(executionId);
    this.crossed(open);
    open.inboxes.forEach((inbox) => inbox.close());
  }

  private flow({ executionId, worker }: Open, message: FlowMessage): void {
    if (worker === undefined || !this.open.has(executionId)) return;
    const { region, workerId, attempt } = worker;
    this.bulk.connection.publish(
      subjectOf(flowSubject, { region, worker: workerId }),
      encodeFlow({ ...message, executionId, attempt }),
    );
  }

  /** Region-wide, since nobody may have said yet which worker has it; every region while none has said anything. */
  private cancel(open: Open, reason: string): void {
    if (!this.open.has(open.executionId)) return;
    this.close(open.executionId);
    if (open.attempt === 0) return;
    // Before the worker hears of it: what it says then is read in this light.
    this.record(open, reason);
    const regions =
      open.worker === undefined
        ? this.bus.presence.live('egress-worker').map(({ region }) => region ?? '')
        : [open.worker.region];
    for (const region of new Set(regions))
      this.bus.connection.publish(subjectOf(cancelSubject, { region }), encodeCancel(open.executionId));
  }

  /** Ends a query whose caller has lost his token or session since it began. */
  private evict(open: Open): void {
    const problem = open.run.principal.type === 'external' ? embedSessionExpired({}) : unauthenticated({});
    this.cancel(open, problem.slug);
    open.reader.problem(problem);
  }

  /** There will be no end frame, so the record hears from here how it ended. */
  private record(open: Open, reason: string): void {
    const closed: QueryClosed = {
      executionId: open.executionId,
      org: open.run.org,
      at: new Date().toISOString(),
      reason,
    };
    this.bus.connection.publish(queryClosedSubject, JSON.stringify([closed]));
  }

  private sweep(): void {
    const now = performance.now();
    for (const open of this.open.values()) {
      if (!open.run.isLive()) {
        this.evict(open);
        continue;
      }
      if (open.attempt === 0) continue;
      if (now - open.heardAt < (open.heard ? silenceMs : firstFrameMs)) continue;
      if (mayRepeat(open)) this.ask(open);
      else this.fail(open, dispatchLost({}));
    }
  }
}

/** Of a run that was asked for once more, the first one counts as one. */
const attemptsOf = (number: number): number =>
  Math.floor((number - 1) / attemptsPerRun) + ((number - 1) % attemptsPerRun) + 1;
/** Asked once, nothing of an answer has come, and asking again changes nothing at the upstream. */
const mayRepeat = ({ repeatable, assembly, attempt }: Open): boolean => repeatable && !assembly.begun && attempt === 1;
