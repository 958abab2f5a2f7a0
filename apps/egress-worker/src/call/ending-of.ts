import type { Ending } from '../answer/answer-sink.js';
import type { ToldLimit } from '@pontage/contracts/egress-worker';
import type { ProbeClock } from './probe-clock.js';

/** What is known of an end when it comes. */
export interface KnownEnd {
  readonly status?: number | null;
  readonly problem?: string;
  readonly bytes?: number;
  readonly superseded?: boolean;
  readonly refusal?: string | null;
}

/** What of a call counts towards its account, however it ends. */
export interface CallAccount {
  readonly requestBytes: number;
  readonly answer: { readonly bytes: number; readonly echoes: boolean } | undefined;
  readonly clock: ProbeClock | undefined;
  /** What the upstream has told of how much it takes. */
  readonly limit: ToldLimit | undefined;
}

/** The account of a call that ends. */
export function endingOf(known: KnownEnd, { requestBytes, answer, clock, limit }: CallAccount): Ending {
  const { status = null, problem = null, bytes = answer?.bytes ?? 0, superseded = false, refusal = null } = known;
  return {
    status,
    problem,
    requestBytes,
    responseBytes: bytes,
    superseded,
    credentialEchoed: answer?.echoes ?? false,
    limit,
    probed: clock?.read(refusal),
  };
}
