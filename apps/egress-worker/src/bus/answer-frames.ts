import { encodeChunk, encodeFrame, sealFrame, type Bus, type FrameHeads, type Reply } from '@pontage/bus';
import type { Accepted, Dispatch, Receipt } from '@pontage/contracts/egress-worker';
import { unavailable, type Problem, type ProblemOnTheWire } from '@pontage/problems';
import type { Pairs } from '@pontage/http-message';
import type { PublicKey } from '@pontage/sealing';
import { outboundScan } from '@pontage/telemetry';
import type { AnswerSink, Ending, UpstreamHead } from '../answer/answer-sink.js';
import type { Ledger } from './ledger.js';
import type { Pipes } from './pipes.js';

/** A dispatch and where its sender listens. */
export interface Incoming {
  readonly dispatch: Dispatch;
  /** The process that sealed it. */
  readonly sender: string;
  /** The sender's inbox, for what is not for the reader. */
  readonly reply: string;
}

/** How what is said gets away. */
export interface Ways {
  readonly bus: Bus;
  /** For chunks to gateways on this machine. */
  readonly pipes: Pipes;
  readonly ledger: Ledger;
}

/** The answer to one dispatch, as frames on the bus. */
export class AnswerFrames implements AnswerSink {
  spokeAt = 0;
  private readonly startedAt = performance.now();
  private sealFor: PublicKey | undefined;
  private observed: Pairs = [];
  private chunks = 0;

  /** @param onEnd called when the dispatch has ended, before its last frame leaves. */
  constructor(
    private readonly ways: Ways,
    private readonly incoming: Incoming,
    private readonly onEnd: (ending: Ending, durationMs: number) => void,
  ) {}

  seal(): void {
    this.sealFor = this.keyOf(this.incoming.dispatch.answerTo.process);
  }

  accepted(stage: Accepted['stage']): void {
    const { chunks } = this;
    this.say('accepted', { stage, ...this.place, ...(chunks > 0 ? { chunks } : {}) });
  }

  pull(credit: number): void {
    this.say('pull', { credit, ...this.place });
  }

  kept(head: UpstreamHead | undefined, problem?: Problem): void {
    const { dispatch, sender, reply } = this.incoming;
    const { executionId, attempt } = dispatch;
    const failure = problem === undefined ? {} : { problem: this.shown(problem) };
    const frame = encodeFrame('kept', attempt, { executionId, attempt, ...(head ?? nothingCame), ...failure });
    // An upstream's challenge is for the sender alone.
    this.ways.bus.connection.publish(reply, sealFrame(this.ways.bus.channels, this.keyOf(sender), reply, frame));
  }

  head(head: UpstreamHead, body: Uint8Array): void {
    this.say('head', { ...this.forReader(head), ...this.place }, body);
  }

  chunk(sequence: number, body: Uint8Array): void {
    this.chunks = sequence + 1;
    const { attempt, answerTo } = this.incoming.dispatch;
    const chunk = this.replyTo(answerTo.bulkInbox, encodeChunk(attempt, sequence, body));
    if (this.ways.pipes.send(answerTo.process, chunk)) this.spokeAt = performance.now();
    else this.publish(chunk);
  }

  whole(ending: Ending, head: UpstreamHead, body: Uint8Array): void {
    const { status, headers } = this.forReader(head);
    const { region, workerId } = this.place;
    const { probed } = ending;
    this.close(ending, (durationMs) =>
      this.saying(
        'whole',
        { status, headers, region, workerId, probed, bytes: body.length, chunks: 0, durationMs },
        body,
      ),
    );
  }

  end(ending: Ending, chunks: number): void {
    this.close(ending, (durationMs) => this.saying('end', { bytes: ending.responseBytes, chunks, durationMs }));
  }

  problem(ending: Ending, problem: Problem): void {
    const said = this.shown(problem);
    this.close(ending, () => this.saying('problem', { ...said, ...this.place, ...probedIn(ending) }));
  }

  unrecorded(ending: Ending, problem: Problem): void {
    const said = this.shown(problem);
    this.close(ending, () => this.saying('problem', { ...said, ...this.place }), false);
  }

  nothing(ending: Ending): void {
    this.close(ending, () => undefined);
  }

  busy(): void {
    const { dispatch, reply } = this.incoming;
    const { executionId, attempt } = dispatch;
    this.ways.bus.connection.publish(reply, encodeFrame('busy', attempt, { executionId }));
  }

  /** The head without what is for the sender, which the receipt will have. */
  private forReader(head: UpstreamHead): UpstreamHead {
    const { observe } = this.incoming.dispatch;
    if (observe.length === 0) return head;
    const isObserved = ([name]: readonly [string, string]): boolean => observe.includes(name.toLowerCase());
    this.observed = head.headers.filter(isObserved);
    return { ...head, headers: head.headers.filter((header) => !isObserved(header)) };
  }

  private shown(problem: Problem): ProblemOnTheWire {
    const { org, injected } = this.incoming.dispatch;
    return outboundScan.problem(problem, org, injected).toWire();
  }

  private keyOf(process: string): PublicKey {
    const key = this.ways.bus.presence.keyOf(process);
    if (key !== undefined) return key;
    throw unavailable({}, { note: `nobody knows the key of ${process}, so nothing can be sealed for it` });
  }

  /** What an upstream says of a credential is for the sender alone. */
  private sealed(receipt: Receipt): Uint8Array {
    const { sender, reply } = this.incoming;
    const frame = encodeFrame('receipts', receipt.attempt, { receipts: [receipt] });
    return sealFrame(this.ways.bus.channels, this.keyOf(sender), reply, frame);
  }

  private get place(): { region: string; workerId: string } {
    const { region = '', instance } = this.ways.bus.identity;
    return { region, workerId: instance };
  }

  private say<T extends keyof FrameHeads>(type: T, head: FrameHeads[T], body?: Uint8Array): void {
    this.publish(this.saying(type, head, body));
  }

  private saying<T extends keyof FrameHeads>(type: T, head: FrameHeads[T], body?: Uint8Array): Reply {
    const { attempt, answerTo } = this.incoming.dispatch;
    return this.replyTo(answerTo.inbox, encodeFrame(type, attempt, head, body));
  }

  private replyTo(subject: string, frame: Uint8Array): Reply {
    const { sealFor } = this;
    return {
      subject,
      data: sealFor === undefined ? frame : sealFrame(this.ways.bus.channels, sealFor, subject, frame),
    };
  }

  private publish({ subject, data }: Reply): void {
    this.spokeAt = performance.now();
    const { connection } = this.ways.bus;
    if (!connection.isClosed()) connection.publish(subject, data);
  }

  private close(
    ending: Ending,
    last: (durationMs: number) => Reply | undefined,
    isOnRecord = this.incoming.dispatch.intents !== undefined,
  ): void {
    const { dispatch, sender, reply } = this.incoming;
    const { executionId, attempt, org } = dispatch;
    const { status, problem, requestBytes, responseBytes, superseded, credentialEchoed, limit } = ending;
    const durationMs = Math.round(performance.now() - this.startedAt);
    const { region, workerId } = this.place;
    const echoed = credentialEchoed ? true : undefined;
    const receipt: Receipt = {
      executionId,
      attempt,
      workerId,
      status,
      problem,
      bytes: responseBytes,
      durationMs,
      limit,
      credentialEchoed: echoed,
    };
    this.onEnd(ending, durationMs);
    this.ways.ledger.close({
      outcome: isOnRecord
        ? {
            executionId,
            attempt,
            org,
            at: new Date().toISOString(),
            region,
            workerId,
            status,
            problem,
            requestBytes,
            responseBytes,
            durationMs,
            superseded,
            credentialEchoed: echoed,
          }
        : undefined,
      receipt,
      sealedReceipt: this.observed.length === 0 ? undefined : this.sealed({ ...receipt, observed: this.observed }),
      sender,
      reply,
      last: () => last(durationMs),
    });
  }
}

const nothingCame = { status: null, headers: [] };

const probedIn = ({ probed }: Ending): Pick<Ending, 'probed'> => (probed === undefined ? {} : { probed });
