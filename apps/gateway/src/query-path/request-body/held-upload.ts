import type { RunningQuery } from '../client/open-query.js';

/** A request body that is here as a whole, wherever that is. */
export interface HeldBody {
  readonly bytes: number;
  /** The bytes from there on: at least one, at most `length`. */
  read(from: number, length: number): Promise<Uint8Array>;
}

const chunkBytes = 128 * 1024;

/** A body in memory. */
export const inMemory = (body: Uint8Array): HeldBody => ({
  bytes: body.length,
  read: (from, length) => Promise.resolve(body.subarray(from, from + length)),
});

/** Sends a body that is here as a whole: to each attempt's worker from its beginning. */
export class HeldUpload {
  private attempt = 0;
  private credit = 0;
  private sequence = 0;
  private sent = 0;
  private pumping = false;

  constructor(
    private readonly body: HeldBody,
    private readonly query: () => RunningQuery,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The worker takes that much more; a later attempt's worker takes the body from its beginning. */
  allow(bytes: number, attempt: number): void {
    if (attempt < this.attempt) return;
    if (attempt > this.attempt) [this.attempt, this.credit, this.sequence, this.sent] = [attempt, 0, 0, 0];
    this.credit += bytes;
    if (this.pumping) return;
    this.pumping = true;
    this.pump()
      .catch((error: unknown) => {
        this.query().cut();
        this.failed(error);
      })
      .finally(() => (this.pumping = false));
  }

  private async pump(): Promise<void> {
    while (this.credit > 0 && this.sent < this.body.bytes) {
      const { attempt } = this;
      const piece = await this.body.read(this.sent, Math.min(chunkBytes, this.credit, this.body.bytes - this.sent));
      // Meanwhile another attempt's worker may have asked for the beginning.
      if (attempt !== this.attempt) continue;
      this.sent += piece.length;
      this.credit -= piece.length;
      this.query().send(this.sequence, piece, this.sent === this.body.bytes);
      this.sequence += 1;
    }
  }
}
