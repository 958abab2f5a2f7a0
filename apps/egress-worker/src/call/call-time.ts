import { auditUnavailable, overloaded, upstreamTimedOut, type Problem } from '@pontage/problems';
import type { Stage } from '../connection/stage.js';

/** How far a call is. */
export type CallStage = Stage | 'queued';

/** Silence before the first sign of life, and between two of them. */
const firstBeatMs = 250;
const beatMs = 1_000;
/** What the stream has not acknowledged by then is taken for lost. */
const recordMs = 2_000;

/** What is due in a call's life when, by this process's own monotonic clock. */
export class CallTime {
  private readonly startedAt = performance.now();
  private readonly deadlineAt: number;

  constructor(remainingMs: number) {
    this.deadlineAt = this.startedAt + remainingMs;
  }

  /** A sign of life. @param spokeAt when something was last said; 0: never */
  isBeatDue(now: number, spokeAt: number): boolean {
    return now >= (spokeAt === 0 ? this.startedAt + firstBeatMs : spokeAt + beatMs);
  }

  /** Its end, and why; undefined while there is time. */
  tooLate(now: number, stage: CallStage, isUnrecorded: boolean): Problem | undefined {
    if (now < Math.min(this.deadlineAt, isUnrecorded ? this.startedAt + recordMs : Infinity)) return undefined;
    if (isUnrecorded) return auditUnavailable({}, { note: 'the stream has not acknowledged its intent in time' });
    if (stage !== 'queued') return upstreamTimedOut({ stage });
    return overloaded({}, { detail: 'Its time was over before a worker had room for it. Nothing was sent.' });
  }
}
