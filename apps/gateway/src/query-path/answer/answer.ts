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

type Piece = Extract<Frame, { type: 'chunk' | 'end' }>;

/**
 * Puts the frames of one execution in order: the head comes on one way and the chunks on another, or two, and of
 * several attempts only the first that sends a head counts.
 */
export class AnswerAssembly {
  private attempt: number | undefined;
  /** What came before a head. */
  private beforehand: Piece[] = [];
  private readonly early = new Map<number, Uint8Array>();
  private nextSequence = 0;
  /** So many chunks have been sent, as far as is known. */
  private sentChunks = 0;
  private lackedSince: number | undefined;
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

  /** Since when a chunk has not come that was sent, by this process's own monotonic clock; undefined: none is missing. */
  get missingSince(): number | undefined {
    return this.lackedSince;
  }

  /** Takes a frame that carries a piece of the answer. */
  take(frame: Extract<Frame, { type: 'head' | 'whole' }> | Piece): void {
    if (frame.type === 'head' || frame.type === 'whole') this.begin(frame);
    else if (this.attempt === undefined) this.beforehand.push(frame);
    else if (frame.attempt === this.attempt) this.add(frame);
  }

  /** Hears that so many chunks have been sent by now: those that are not here are on their way, or lost. */
  sent(chunks: number, attempt: number): void {
    if (attempt === this.attempt) this.expect(chunks);
  }

  private begin(frame: Extract<Frame, { type: 'head' | 'whole' }>): void {
    if (this.attempt !== undefined) return;
    this.attempt = frame.attempt;
    this.reader.head(frame.head, frame.attempt);
    if (frame.body.length > 0) this.reader.chunk(frame.body);
    if (frame.type === 'whole') return this.end(frame.head);
    for (const piece of this.beforehand.splice(0)) this.take(piece);
  }

  private add(piece: Piece): void {
    if (piece.type === 'end') this.endFrame = piece.head;
    else this.early.set(piece.sequence, piece.body);
    this.deliver();
    this.expect(piece.type === 'end' ? piece.head.chunks : piece.sequence + 1);
    if (this.endFrame !== undefined && this.nextSequence >= this.endFrame.chunks) this.end(this.endFrame);
  }

  private deliver(): void {
    for (;;) {
      const body = this.early.get(this.nextSequence);
      if (body === undefined) return;
      this.early.delete(this.nextSequence);
      this.nextSequence += 1;
      // Whatever else is missing is on its way as long as anything comes.
      this.lackedSince = undefined;
      this.reader.chunk(body);
    }
  }

  private expect(chunks: number): void {
    this.sentChunks = Math.max(this.sentChunks, chunks);
    if (this.nextSequence < this.sentChunks) this.lackedSince ??= performance.now();
  }

  private end(end: AnswerEnd): void {
    this.ended();
    this.reader.end(end);
  }
}
