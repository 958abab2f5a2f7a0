import { InHand } from '@pontage/in-hand';
import type { OwnedTexts } from '@pontage/telemetry';
import type { Call } from '../call/call.js';

/** How often time is looked at: the precision of deadlines and signs of life. */
const tickMs = 25;

/** The calls in hand, by execution; one clock for all of them costs less than a timer each. */
export class Calls {
  private readonly byExecution = new InHand<string, Call>();
  private readonly waiting = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;

  get size(): number {
    return this.byExecution.size;
  }

  find(executionId: string): Call | undefined {
    return this.byExecution.get(executionId);
  }

  /** The secrets of the calls in hand: what was put on their requests, and what they prove themselves with. */
  *secrets(): Iterable<OwnedTexts> {
    for (const { dispatch } of this.byExecution) {
      const key = dispatch.tls?.client?.key;
      yield { owner: dispatch.org, texts: key === undefined ? dispatch.injected : [...dispatch.injected, key] };
    }
  }

  /** Adds a call. An older attempt of the same execution that is still here has been given up by everybody else. */
  add(call: Call): void {
    const { executionId } = call.dispatch;
    this.byExecution.get(executionId)?.supersede();
    this.byExecution.set(executionId, call);
    this.timer ??= setInterval(() => this.tick(), tickMs);
  }

  remove(call: Call): void {
    const { executionId } = call.dispatch;
    if (this.byExecution.get(executionId) !== call) return;
    this.byExecution.take(executionId);
    if (this.byExecution.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  /** Waits until no call is left, at most `ms`; those that are left then are abandoned. */
  async end(ms: number): Promise<void> {
    if (this.size > 0) {
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve);
        setTimeout(resolve, ms).unref();
      });
    }
    for (const call of [...this.byExecution]) call.abandon();
  }

  private tick(): void {
    const now = performance.now();
    for (const call of this.byExecution) call.tick(now);
  }
}
