import type { Entrant } from '@pontage/admission';
import type { Hop } from '@pontage/egress-policy';
import type { Dispatch, DispatchTls, Probe, ToldLimit } from '@pontage/contracts/egress-worker';
import { toldLimitOf, type Pairs } from '@pontage/http-message';
import { asProblem, auditUnavailable, workerLost, type Problem } from '@pontage/problems';
import type { AnswerSink, Ending, UpstreamHead } from '../answer/answer-sink.js';
import { Answer } from '../answer/answer.js';
import { ProbedAnswer } from '../answer/probed-answer.js';
import type { Connections } from '../connection/connections.js';
import { Exchange, type ExchangeEvents } from '../exchange/exchange.js';
import { BodyCut, PulledBody } from '../exchange/pulled-body.js';
import { upstreamProblem } from '../exchange/upstream-problem.js';
import { originPart, wireHeaders, wireTarget } from '../exchange/wire-request.js';
import { CallTime, type CallStage } from './call-time.js';
import { endingOf, type KnownEnd } from './ending-of.js';
import { KeptAnswer } from './kept-answer.js';
import { hopOf, isSafe, nextHop } from './next-hop.js';
import { ProbeClock } from './probe-clock.js';

/** One dispatch from its arrival to its last frame: its turn and the record's word, hops, the verdict on a kept answer, time. */
export class Call implements Entrant {
  readonly org: string;
  /** The upstream: one that is slow must not take all that its organisation may have. */
  readonly part: string;
  private stage: CallStage = 'queued';
  /** The record may not have its intent yet. */
  private isUnrecorded: boolean;
  private hasTurn = false;
  private hop: Hop;
  private tls: { readonly origin: string; readonly settings: DispatchTls } | undefined;
  private redirects = 0;
  private retried = false;
  private over = false;
  private exchange: Exchange | undefined;
  private kept: KeptAnswer | undefined;
  private answer: Answer | ProbedAnswer | undefined;
  private limit: ToldLimit | undefined;
  /** Of a connection test. */
  private readonly clock: ProbeClock | undefined;
  private readonly upload: PulledBody | undefined;
  private readonly time: CallTime;

  constructor(
    readonly dispatch: Dispatch,
    private readonly body: Uint8Array,
    private readonly sink: AnswerSink,
    private readonly connections: Connections,
  ) {
    const { org, request, remainingMs, probe } = dispatch;
    this.org = org;
    this.isUnrecorded = dispatch.intents !== undefined;
    this.part = originPart(request.url);
    this.clock = probe === undefined ? undefined : new ProbeClock(probe);
    this.time = new CallTime(remainingMs);
    this.upload = request.body.kind === 'pulled' ? new PulledBody((bytes) => this.sink.pull(bytes)) : undefined;
    this.hop = hopOf(request);
  }

  /** Its turn has come. */
  start(): void {
    this.hasTurn = true;
    this.go();
  }

  /** The record has its intent. */
  recorded(): void {
    this.isUnrecorded = false;
    this.go();
  }

  /** The record does not take its intent, and gets no outcome either: nothing has been done. */
  unrecorded(why: string): void {
    const problem = auditUnavailable({}, { note: why });
    this.finish(() => this.sink.unrecorded(this.ending({ problem: problem.slug }), problem));
  }

  private go(): void {
    if (this.over || this.isUnrecorded || !this.hasTurn) return;
    this.stage = 'resolve';
    try {
      const { tls, request, answerTo } = this.dispatch;
      if (answerTo.sealed) this.sink.seal();
      if (tls !== undefined) this.tls = { origin: wireTarget(request.url).origin, settings: tls };
      // A connection that is there already has no stages.
      this.send(this.upload !== undefined || this.clock !== undefined);
    } catch (error) {
      this.fail(asProblem(error));
    }
  }

  /** The reader takes more of the answer. */
  grant(bytes: number): void {
    this.answer?.grant(bytes);
  }

  /** A piece of the request's body has come. */
  take(sequence: number, last: boolean, piece: Uint8Array): void {
    this.upload?.receive(sequence, last, piece);
  }

  /** The client broke off in the middle of the request's body. */
  cut(): void {
    this.upload?.cut();
    this.cancel();
  }

  /** Nobody wants the answer any more. */
  cancel(): void {
    this.finish(() => this.sink.nothing(this.ending({ problem: 'client-gone' })));
  }

  /** Another dispatch of the same execution takes its place. */
  supersede(): void {
    if (this.kept !== undefined) return this.discard();
    this.finish(() => this.sink.nothing(this.ending({ superseded: true })));
  }

  /** Its turn has not come and will not here: its sender may ask another worker. */
  turnAway(): void {
    this.finish(() => this.sink.busy());
  }

  /** The process ends before the answer has. */
  abandon(): void {
    this.fail(workerLost({}));
  }

  /** The kept answer goes on to its reader. */
  release(): void {
    const { kept } = this;
    if (kept === undefined) return;
    this.kept = undefined;
    if (kept.problem !== undefined) return this.fail(kept.problem);
    if (kept.head === undefined) return;
    try {
      this.upload?.proceed();
      this.begin(kept.head);
      if (kept.ended) this.answer?.finish();
      else this.exchange?.resume();
    } catch (error) {
      this.fail(asProblem(error));
    }
  }

  /** The kept answer is dropped: another attempt follows. */
  discard(): void {
    const { kept } = this;
    if (kept === undefined) return;
    this.exchange?.drain();
    this.exchange = undefined;
    this.finish(() => this.sink.nothing(this.ending({ status: kept.head?.status ?? null, superseded: true })));
  }

  /** The kept answer is dropped, and the reader gets a problem in its place. */
  refuse(problem: Problem): void {
    const { kept } = this;
    if (kept === undefined) return;
    this.exchange?.drain();
    this.exchange = undefined;
    const ending = this.ending({ status: kept.head?.status ?? null, problem: problem.slug });
    this.finish(() => this.sink.problem(ending, problem));
  }

  /** The verdict on the kept answer comes later. */
  hold(ms: number): void {
    this.kept?.hold(ms);
  }

  /** Called a few dozen times a second: signs of life, the deadline, the end of waiting for a verdict. */
  tick(now: number): void {
    if (this.over) return;
    // Without a word the stream may have its intent all the same: the record says what became of it.
    const tooLate = this.time.tooLate(now, this.stage, this.isUnrecorded);
    if (tooLate !== undefined) return this.fail(tooLate);
    if (this.kept?.isOverdue(now) === true) return this.release();
    if (!this.time.isBeatDue(now, this.sink.spokeAt)) return;
    this.sink.accepted(this.kept === undefined ? this.stage : 'kept');
  }

  /** @throws Problem when the URL leads nowhere that may be asked. */
  private send(fresh: boolean): void {
    const { method, url, headers, body } = this.hop;
    const { origin, path } = wireTarget(url);
    // On the way to another origin the resource's own TLS settings stay behind, as its credential does, for good.
    if (this.tls !== undefined && origin !== this.tls.origin) this.tls = undefined;
    const connection = this.connections.take(this.dispatch.org, origin, fresh, this.tls?.settings);
    const described = body === 'none' ? ({ kind: 'none' } as const) : this.dispatch.request.body;
    const content = body === 'none' ? null : body === 'held' ? this.body : (this.upload ?? null);
    this.exchange = new Exchange(connection, this.connections, this.events);
    this.exchange.start({ method, path, headers: wireHeaders(headers, described), body: content });
  }

  private readonly events: ExchangeEvents = {
    stage: (stage) => {
      this.stage = stage;
      this.clock?.enter(stage);
    },
    head: (status, headers) => this.takeHead(status, headers),
    data: (chunk) => this.answer?.push(chunk) ?? true,
    end: () => (this.kept === undefined ? this.answer?.finish() : this.kept.end()),
    failed: (error) => this.takeFailure(error),
  };

  private takeHead(status: number, headers: Pairs): boolean {
    try {
      const next = nextHop(this.dispatch, this.hop, this.redirects, { status, headers });
      if (next !== undefined) {
        this.follow(next);
        return true;
      }
      if (this.dispatch.learn === true) this.limit = toldLimitOf(status, headers, Date.now());
      if (this.dispatch.keep.includes(status)) {
        const head = { status, headers };
        this.kept = new KeptAnswer(head);
        this.upload?.hold();
        this.sink.kept(head);
        return false;
      }
      this.begin({ status, headers });
    } catch (error) {
      this.fail(asProblem(error));
    }
    return true;
  }

  private begin(head: UpstreamHead): void {
    const { probe } = this.dispatch;
    if (probe !== undefined) return this.beginProbed(head, probe);
    this.answer = new Answer(head, this.hop.method, this.dispatch, this.sink, {
      resume: () => this.exchange?.resume(),
      failed: (problem) => this.fail(problem),
      whole: (sent, bytes, body) =>
        this.finish(() => this.sink.whole(this.ending({ status: head.status, bytes }), sent, body)),
      ended: (bytes, chunks) => this.finish(() => this.sink.end(this.ending({ status: head.status, bytes }), chunks)),
    });
  }

  private beginProbed(head: UpstreamHead, { refusals }: Probe): void {
    const answer = new ProbedAnswer(head, refusals, (refusal) => {
      const ending = this.ending({ status: head.status, refusal });
      this.finish(() => this.sink.whole(ending, answer.shown(this.dispatch.observe), nothing));
    });
    this.answer = answer;
    answer.start();
  }

  private follow(next: Hop): void {
    const left = this.exchange;
    if (this.upload === undefined || this.upload.isComplete) left?.drain();
    else left?.abort();
    this.redirects += 1;
    this.hop = next;
    // In a moment a short answer has been read to its end, and its connection can be taken for the next hop.
    setImmediate(() => {
      try {
        if (!this.over) this.send(false);
      } catch (error) {
        this.fail(asProblem(error));
      }
    });
  }

  private takeFailure(error: Error): void {
    if (error instanceof BodyCut) return this.cancel();
    // A connection test has its answer with the head.
    if (this.answer instanceof ProbedAnswer) return this.answer.finish();
    const problem = upstreamProblem(error, this.stage);
    if (this.kept !== undefined) return this.kept.fail(problem);
    if (this.exchange?.mayBeStale === true && !this.retried && isSafe(this.hop)) {
      this.retried = true;
      return this.send(true);
    }
    if (this.answer === undefined && this.dispatch.keepFailures?.includes(problem.slug) === true) {
      this.kept = new KeptAnswer(undefined, problem);
      return this.sink.kept(undefined, problem);
    }
    this.fail(problem);
  }

  private fail(problem: Problem): void {
    const known = { problem: problem.slug, status: this.answer?.head.status ?? null };
    this.finish(() => this.sink.problem(this.ending(known), problem));
  }

  private finish(say: () => void): void {
    if (this.over) return;
    this.over = true;
    this.exchange?.abort();
    this.answer?.destroy();
    this.upload?.destroy();
    say();
  }

  private ending(known: KnownEnd): Ending {
    const { answer, clock, limit } = this;
    return endingOf(known, { requestBytes: this.upload?.bytes ?? this.body.length, answer, clock, limit });
  }
}

const nothing = new Uint8Array(0);
