import type { Accepted, AnswerHead, Probed, ToldLimit } from '@pontage/contracts/egress-worker';
import type { Problem } from '@pontage/problems';

/** How one dispatch ended: for the audit record and for the sender's account. */
export interface Ending {
  readonly status: number | null;
  /** The problem's slug, or `client-gone`; null when an answer came. */
  readonly problem: string | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Another attempt follows. */
  readonly superseded: boolean;
  /** A value that was injected has been seen in the answer. */
  readonly credentialEchoed: boolean;
  /** What the answer told of the upstream's limit. */
  readonly limit?: ToldLimit | undefined;
  /** Of a connection test. */
  readonly probed?: Probed | undefined;
}

/** The head of an answer as the upstream sent it. */
export type UpstreamHead = Pick<AnswerHead, 'status' | 'headers'>;

/**
 * Where the answer to one dispatch goes. Exactly one of `whole`, `end`, `problem`, `unrecorded`,
 * `nothing` and `busy` is the last call.
 */
export interface AnswerSink {
  /** When something was last said to the reader, in the milliseconds of `performance.now()`. */
  readonly spokeAt: number;
  /** From now on frames are sealed for their reader. @throws Problem when the reader's key is not known. */
  seal(): void;
  accepted(stage: Accepted['stage']): void;
  /** Asks the reader for more bytes of the request's body. */
  pull(credit: number): void;
  /** Asks the sender what to do with this answer, or with the failure in its place. */
  kept(head: UpstreamHead | undefined, problem?: Problem): void;
  head(head: UpstreamHead, body: Uint8Array): void;
  chunk(sequence: number, body: Uint8Array): void;
  whole(ending: Ending, head: UpstreamHead, body: Uint8Array): void;
  end(ending: Ending, chunks: number): void;
  problem(ending: Ending, problem: Problem): void;
  /** The record does not take the intent, and gets no outcome either. */
  unrecorded(ending: Ending, problem: Problem): void;
  /** Nobody waits for an answer any more. */
  nothing(ending: Ending): void;
  /** Nothing has been done with it: its sender may ask another worker. */
  busy(): void;
}
