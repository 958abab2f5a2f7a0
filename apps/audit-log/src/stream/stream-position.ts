import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../record/ledger.js';
import type { EventStream } from './event-stream.js';

const waitMs = 2_000;
const askEveryMs = 15;

/** How far the record has followed the stream. */
export class StreamPosition {
  constructor(
    private readonly stream: EventStream,
    private readonly ledger: Ledger,
  ) {}

  /**
   * Resolves when the record holds everything about an organisation that the stream held when this was called; after
   * two seconds in any case: an old answer is better than none.
   */
  async caughtUp(org: string): Promise<void> {
    const deadline = Date.now() + waitMs;
    const seq = await this.stream.lastSeq();
    while (Date.now() < deadline && !(await this.stream.isPassed(seq))) await sleep(askEveryMs);
    while (Date.now() < deadline && (await this.ledger.isEnding(org))) await sleep(askEveryMs);
  }
}
