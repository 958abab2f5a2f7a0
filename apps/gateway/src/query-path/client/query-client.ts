import { randomUUID } from 'node:crypto';
import {
  type BulkConnection,
  type Bus,
  decodeFrame,
  encodeFlow,
  type FlowMessage,
  type Frame,
  type FrameHeads,
  Hearing,
  isSealed,
  openFrame,
  type Reply,
  sealFrame,
} from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { flowSubject } from '@pontage/contracts/egress-worker';
import { InHand } from '@pontage/in-hand';
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
import type { Crossings } from '../../admission/crossings.js';
import { AnswerAssembly, type AnswerReader } from '../answer/answer.js';
import { breakOff, recordClosed } from './break-off.js';
import {
  attemptsOf,
  isGivenUp,
  mayRepeat,
  speaking,
  type OpenQuery,
  type QueryToRun,
  type RunningQuery,
} from './open-query.js';
import { QueryQuestions } from './query-questions.js';

/** No first frame within this, or silence for that long afterwards, also about a chunk that was sent: lost. */
const firstFrameMs = 1_000;
const silenceMs = 3_000;
const sweepMs = 100;

/** Sends queries to query-proxies and sorts the frames that workers send back; one subscription for all of them. */
export class QueryClient {
  private readonly open = new InHand<string, OpenQuery>();
  private readonly questions: QueryQuestions;
  private readonly hearing = new Hearing();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly bulk: BulkConnection,
    private readonly crossings: Crossings,
  ) {
    const find = (executionId: string): OpenQuery | undefined => this.open.get(executionId);
    this.questions = new QueryQuestions(bus, find, (query, error) => this.fail(query, asProblem(error)));
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
    const take = (message: Reply) => this.take(executionId, message);
    const open: OpenQuery = {
      org: run.org,
      enteredAt: performance.now(),
      start: () => this.questions.ask(open),
      refuse: (problem) => this.refuse(open, problem),
      executionId,
      run,
      body,
      reader,
      repeatable,
      // It is closed before its reader hears of the end.
      assembly: new AnswerAssembly(reader, () => this.close(executionId)),
      inboxes: [this.bus.replies.expect(take), this.bulk.replies.expect(take)],
      attempt: 0,
      proxy: undefined,
      isCrossing: true,
      firstAskedAt: 0,
      askedAt: 0,
      heardAt: 0,
      heard: false,
      isWhole: false,
      worker: undefined,
    };
    this.open.set(executionId, open);
    this.enter(open);
    return {
      executionId,
      attempts: () => attemptsOf(open.worker?.attempt ?? 1),
      grant: (bytes) => {
        if (!open.isWhole) this.flow(open, { type: 'grant', bytes });
      },
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

  private enter(open: OpenQuery): void {
    try {
      this.crossings.enter(open);
    } catch (error) {
      open.isCrossing = false;
      // The caller has no query yet that could fail.
      queueMicrotask(() => this.refuse(open, asProblem(error)));
    }
  }

  /** It ends unasked: there is nothing to put on record. */
  private refuse(open: OpenQuery, problem: Problem): void {
    this.close(open.executionId);
    open.reader.problem(problem);
  }

  private crossed(open: OpenQuery): void {
    if (!open.isCrossing) return;
    open.isCrossing = false;
    this.crossings.leave(open);
  }

  private take(executionId: string, message: Reply): void {
    const open = this.open.get(executionId);
    if (open === undefined) return;
    try {
      const frame = decodeFrame(openFrame(this.bus.channels, message.subject, message.data));
      if (isGivenUp(open, frame.attempt)) return;
      open.heardAt = performance.now();
      open.heard = true;
      this.crossed(open);
      this.sort(open, frame, isSealed(message.data));
    } catch (error) {
      this.fail(open, asProblem(error));
    }
  }

  private sort(open: OpenQuery, frame: Frame, seals: boolean): void {
    switch (frame.type) {
      case 'head':
      case 'whole':
        if (!open.assembly.begun) {
          open.worker = speaking(frame.head, frame.attempt, seals);
          open.isWhole = frame.type === 'whole';
        }
        if (frame.type === 'whole') this.crossings.note(open.heardAt - open.askedAt - frame.head.durationMs);
        return open.assembly.take(frame);
      case 'chunk':
      case 'end':
        return open.assembly.take(frame);
      case 'accepted':
        return open.assembly.sent(frame.head.chunks ?? 0, frame.attempt);
      case 'pull':
        if (open.assembly.begun || frame.attempt < (open.worker?.attempt ?? 0)) return;
        open.worker = speaking(frame.head, frame.attempt, seals);
        return open.reader.pull(frame.head, frame.attempt);
      case 'problem':
        return this.refused(open, problemFromWire(frame.head), frame.head);
      default:
        return;
    }
  }

  /** A worker that is gone took no answer along that anybody has seen: another one of its region may be asked. */
  private refused(open: OpenQuery, problem: Problem, said: FrameHeads['problem']): void {
    if (isProblem(problem, workerLost) && mayRepeat(open)) return this.questions.ask(open);
    // Its worker does not get to say how it ended, or does not know why.
    if (said.underWay === true) breakOff(this.bus, open, problem.slug);
    this.fail(open, problem, said);
  }

  private fail(open: OpenQuery, problem: Problem, said?: FrameHeads['problem']): void {
    this.close(open.executionId);
    if (said === undefined) recordClosed(this.bus, open, problem.slug);
    open.reader.problem(problem, said);
  }

  private close(executionId: string): void {
    const open = this.open.take(executionId);
    if (open === undefined) return;
    this.crossed(open);
    open.inboxes.forEach((inbox) => inbox.close());
  }

  private flow(open: OpenQuery, message: FlowMessage): void {
    const { executionId, worker } = open;
    if (worker === undefined || !this.open.has(executionId)) return;
    const { region, workerId, attempt, seals } = worker;
    const subject = subjectOf(flowSubject, { region, worker: workerId });
    const flow = encodeFlow({ ...message, executionId, attempt });
    if (!seals || message.type !== 'data') return this.bulk.connection.publish(subject, flow);
    const key = this.bus.presence.keyOf(`egress-worker/${workerId}`);
    if (key === undefined) return this.fail(open, unavailable({}, { note: `nobody knows the key of ${workerId}` }));
    this.bulk.connection.publish(subject, sealFrame(this.bus.channels, key, subject, flow));
  }

  private cancel(open: OpenQuery, reason: string): void {
    if (!this.open.has(open.executionId)) return;
    this.close(open.executionId);
    if (open.attempt > 0) breakOff(this.bus, open, reason);
  }

  /** Ends a query whose caller has lost his token or session since it began. */
  private evict(open: OpenQuery): void {
    this.abandon(open, open.run.principal.type === 'external' ? embedSessionExpired({}) : unauthenticated({}));
  }

  /** Ends a query that its worker goes on with. */
  private abandon(open: OpenQuery, problem: Problem): void {
    this.cancel(open, problem.slug);
    open.reader.problem(problem);
  }

  private sweep(): void {
    const silentSince = this.hearing.look();
    for (const open of this.open) {
      if (!open.run.isLive()) {
        this.evict(open);
        continue;
      }
      if (open.attempt === 0) continue;
      const { missingSince } = open.assembly;
      if (missingSince !== undefined && silentSince(missingSince) >= silenceMs) {
        this.abandon(open, dispatchLost({}));
        continue;
      }
      if (silentSince(open.heardAt) < (open.heard ? silenceMs : firstFrameMs)) continue;
      if (mayRepeat(open)) this.questions.ask(open);
      else this.fail(open, dispatchLost({}));
    }
  }
}
