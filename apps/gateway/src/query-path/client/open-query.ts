import type { ReplyInbox } from '@pontage/bus';
import { attemptsPerRun, type RunQuery } from '@pontage/contracts/query-proxy';
import type { Crossing } from '../../admission/crossings.js';
import type { AnswerAssembly, AnswerReader } from '../answer/answer.js';

/** What a caller of the client decides of a run; the rest is the client's. */
export type QueryToRun = Omit<RunQuery, 'executionId' | 'attempt' | 'gateway' | 'bulkInbox'> & {
  /** False once the caller may not go on. */
  readonly isLive: () => boolean;
};

/** The worker that answers. */
export interface SpeakingWorker {
  readonly region: string;
  readonly workerId: string;
  readonly attempt: number;
  /** It seals what it says, and what it is told of the request's body is to be sealed as well. */
  readonly seals: boolean;
}

/** The worker of whom a frame tells. */
export const speaking = (
  { region, workerId }: { readonly region: string; readonly workerId: string },
  attempt: number,
  seals: boolean,
): SpeakingWorker => ({ region, workerId, attempt, seals });

/** A query that has not ended. */
export interface OpenQuery extends Crossing {
  readonly executionId: string;
  readonly run: QueryToRun;
  readonly body: Uint8Array | undefined;
  readonly assembly: AnswerAssembly;
  readonly reader: AnswerReader;
  readonly inboxes: readonly ReplyInbox[];
  readonly repeatable: boolean;
  /** 0 while it waits for its turn; then 1, or 2 after a silence. */
  attempt: number;
  /** The query-proxy that was asked last. */
  proxy: string | undefined;
  /** Nothing has been heard yet of the worker that has it. */
  isCrossing: boolean;
  /** 0 before; by this process's own monotonic clock, as the others. */
  firstAskedAt: number;
  askedAt: number;
  heardAt: number;
  heard: boolean;
  /** The whole answer has come in one frame: nothing more is to be allowed. */
  isWhole: boolean;
  /** Where flow messages go, and for which attempt, once a worker has spoken. */
  worker: SpeakingWorker | undefined;
}

/** A running execution, to feed and to end. */
export interface RunningQuery {
  readonly executionId: string;
  /** How often the request went to the upstream, as far as is known: by the number of the attempt that is answered. */
  attempts(): number;
  /** Allows the worker that many more bytes of the answer. */
  grant(bytes: number): void;
  /** Sends a piece of the request's body. */
  send(sequence: number, body: Uint8Array, last: boolean): void;
  /** Says that the rest of the request's body will not come. */
  cut(): void;
  /** The caller has gone, or has had enough. */
  cancel(reason: string): void;
}

/** How often the request went out, by the number of an attempt: of a run that was asked for once more, the first one counts as one. */
export const attemptsOf = (number: number): number =>
  Math.floor((number - 1) / attemptsPerRun) + ((number - 1) % attemptsPerRun) + 1;

/** True when it was asked once, nothing of an answer has come, and asking again changes nothing at the upstream. */
export const mayRepeat = ({ repeatable, assembly, attempt }: OpenQuery): boolean =>
  repeatable && !assembly.begun && attempt === 1;

/**
 * True for an attempt of a run that was asked for again: whatever still comes of it is not the answer. A worker that is given the
 * next run ends the one before, also in the middle of an answer that has just begun.
 */
export const isGivenUp = ({ attempt }: OpenQuery, number: number): boolean => number <= (attempt - 1) * attemptsPerRun;
