import { Readable } from 'node:stream';
import { internal } from '@pontage/problems';

/** So many bytes may be under way or wait here; more are asked for when half of them have gone to the upstream. */
export const uploadWindow = 1024 * 1024;

/** The reader of a pulled body broke off: the client is gone. */
export class BodyCut extends Error {
  override readonly name = 'BodyCut';
}

/** A request's body that is pulled from where the client sends it, as fast as the upstream takes it. */
export class PulledBody extends Readable {
  private readonly pieces: Uint8Array[] = [];
  private asked = 0;
  private received = 0;
  private passedOn = 0;
  private nextSequence = 0;
  private complete = false;
  private wanted = false;
  private held = false;

  /** @param pull asks for so many bytes more. */
  constructor(private readonly pull: (bytes: number) => void) {
    super({ highWaterMark: 64 * 1024 });
    // Whoever reads it reports its failure; without a reader it must not end the process.
    this.on('error', () => undefined);
  }

  /** Bytes of the body that have come. */
  get bytes(): number {
    return this.received;
  }

  /** The whole body has come. */
  get isComplete(): boolean {
    return this.complete;
  }

  /** Takes a piece in its turn. */
  receive(sequence: number, last: boolean, piece: Uint8Array): void {
    if (this.destroyed || this.complete) return;
    this.received += piece.length;
    if (sequence !== this.nextSequence || this.received > this.asked) {
      this.destroy(internal({}, { note: `piece ${sequence} of a request body came out of turn, or unasked` }));
      return;
    }
    this.nextSequence += 1;
    if (piece.length > 0) this.pieces.push(piece);
    this.complete = last;
    if (this.wanted) this.passOn();
  }

  /** Asks for no more: whether the upstream gets this body is being judged. */
  hold(): void {
    this.held = true;
  }

  /** Goes on asking. */
  proceed(): void {
    this.held = false;
    if (this.wanted) this.passOn();
  }

  /** No more will come. */
  cut(): void {
    this.destroy(new BodyCut('the client broke off in the middle of the body'));
  }

  override _read(): void {
    this.wanted = true;
    this.passOn();
    this.ask();
  }

  private passOn(): void {
    for (let piece = this.pieces.shift(); piece !== undefined; piece = this.pieces.shift()) {
      this.passedOn += piece.length;
      this.wanted = this.push(piece);
      if (!this.wanted) return;
    }
    if (this.complete) this.push(null);
    else this.ask();
  }

  private ask(): void {
    const ahead = this.asked - this.passedOn;
    if (this.complete || this.destroyed || this.held || ahead > uploadWindow / 2) return;
    this.asked += uploadWindow - ahead;
    this.pull(uploadWindow - ahead);
  }
}
