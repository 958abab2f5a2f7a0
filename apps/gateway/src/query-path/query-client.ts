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
import { runQuerySubject, type RunQuery } from '@pontage/contracts/query-proxy';
import { asProblem, dispatchLost, problemFromWire, unavailable, type Problem } from '@pontage/problems';
import { sealCookies } from './forwardable-cookies.js';
import { AnswerAssembly, type AnswerReader } from './answer.js';

/** What a caller of the client decides of a run; the rest is the client's. */
export type QueryToRun = Omit<RunQuery, 'executionId' | 'attempt' | 'gateway' | 'bulkInbox' | 'cookies'> & {
  /** The caller's cookies that a resource may have forwarded; they leave this process sealed. */
  readonly cookieLine?: string | undefined;
};

interface Open {
  readonly executionId: string;
  readonly run: QueryToRun;
  readonly body: Uint8Array | undefined;
  readonly assembly: AnswerAssembly;
  readonly reader: AnswerReader;
  readonly inboxes: readonly ReplyInbox[];
  readonly repeatable: boolean;
  /** 1, or 2 after a silence. */
  attempt: number;
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
  /** The attempts made so far. */
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
  private asking: Open[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly bulk: BulkConnection,
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
      executionId,
      run,
      body,
      reader,
      repeatable,
      assembly: new AnswerAssembly(this.closing(executionId, reader)),
      inboxes: [this.bus.replies.expect(take), this.bulk.replies.expect(take)],
      attempt: 0,
      heardAt: 0,
      heard: false,
      worker: undefined,
    };
    this.open.set(executionId, open);
    this.ask(open);
    return {
      executionId,
      get attempts() {
        return open.attempt;
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
  }

  private ask(open: Open): void {
    open.attempt += 1;
    open.heardAt = performance.now();
    open.heard = false;
    // Callers come in on sockets of their own, and a write to the bus costs more than all else here: what is asked in one
    // turn of the event loop leaves in one.
    if (this.asking.length === 0) setImmediate(() => this.sendAsked());
    this.asking.push(open);
  }

  private sendAsked(): void {
    const asked = this.asking;
    this.asking = [];
    for (const open of asked) {
      try {
        if (this.open.has(open.executionId)) this.send(open);
      } catch (error) {
        this.fail(open, asProblem(error));
      }
    }
  }

  private send(open: Open): void {
    const { service, instance } = this.bus.identity;
    const [inbox, bulkInbox] = open.inboxes;
    const { cookieLine, ...run } = open.run;
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
        if (frame.attempt <= (open.attempt - 1) * 10) return;
        return this.fail(open, problemFromWire(frame.head), frame.head);
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

  private fail(open: Open, problem: Problem, said?: FrameHeads['problem']): void {
    this.close(open.executionId);
    if (said === undefined) this.record(open, problem.slug);
    open.reader.problem(problem, said);
  }

  private close(executionId: string): void {
    const open = this.open.get(executionId);
    this.open.delete(executionId);
    open?.inboxes.forEach((inbox) => inbox.close());
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
    const regions =
      open.worker === undefined
        ? this.bus.presence.live('egress-worker').map(({ region }) => region ?? '')
        : [open.worker.region];
    for (const region of new Set(regions))
      this.bus.connection.publish(subjectOf(cancelSubject, { region }), encodeCancel(open.executionId));
    this.record(open, reason);
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
      if (now - open.heardAt < (open.heard ? silenceMs : firstFrameMs)) continue;
      if (open.repeatable && !open.assembly.begun && open.attempt === 1) this.ask(open);
      else this.fail(open, dispatchLost({}));
    }
  }
}
