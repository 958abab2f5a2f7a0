import type { AnswerEnd, AnswerHead, Pull } from '@pontage/contracts/egress-worker';
import type { Frame, FrameHeads } from '@pontage/bus';
import type { Problem } from '@pontage/problems';

/** Who hears of an answer, in this order: perhaps pulls, then a head, chunks and an end; or a problem at any time. */
export interface AnswerReader {
  /** The worker takes more of the request's body; with a later attempt it starts anew. */
  pull(pull: Pull, attempt: number): void;
  head(head: AnswerHead, attempt: number): void;
  chunk(bytes: Uint8Array): void;
  end(end: AnswerEnd): void;
  /** `said`: the frame that told of it; undefined when nobody did. */
  problem(problem: Problem, said?: FrameHeads['problem']): void;
}

/**
 * Puts the frames of one execution in order: the head comes on one connection and the chunks on another, and of
 * several attempts only the first that sends a head counts.
 */
export class AnswerAssembly {
  private attempt: number | undefined;
  private nextSequence = 0;
  private early: { sequence: number; body: Uint8Array }[] = [];
  private endFrame: AnswerEnd | undefined;

  /** @param ended is told before the reader hears of the end */
  constructor(
    private readonly reader: AnswerReader,
    private readonly ended: () => void = () => undefined,
  ) {}

  /** True once a head has come: from then on another attempt is no answer. */
  get begun(): boolean {
    return this.attempt !== undefined;
  }

  /** Takes a frame that carries a piece of the answer. */
  take(frame: Extract<Frame, { type: 'head' | 'whole' | 'chunk' | 'end' }>): void {
    if (frame.type === 'head' || frame.type === 'whole') return this.begin(frame);
    if (this.attempt !== undefined && frame.attempt !== this.attempt) return;
    if (frame.type === 'chunk') this.early.push({ sequence: frame.sequence, body: frame.body });
    else this.endFrame = frame.head;
    if (this.attempt !== undefined) this.deliver();
  }

  private begin(frame: Extract<Frame, { type: 'head' | 'whole' }>): void {
    if (this.attempt !== undefined) return;
    this.attempt = frame.attempt;
    this.reader.head(frame.head, frame.attempt);
    if (frame.body.length > 0) this.reader.chunk(frame.body);
    if (frame.type === 'whole') this.end(frame.head);
    else this.deliver();
  }

  private deliver(): void {
    for (;;) {
      const at = this.early.findIndex(({ sequence }) => sequence === this.nextSequence);
      const next = this.early[at];
      if (next === undefined) break;
      this.early.splice(at, 1);
      this.nextSequence += 1;
      this.reader.chunk(next.body);
    }
    if (this.endFrame !== undefined && this.nextSequence >= this.endFrame.chunks) this.end(this.endFrame);
  }

  private end(end: AnswerEnd): void {
    this.ended();
    this.reader.end(end);
  }
}
