import type { ProblemOnTheWire } from '@pontage/problems';
import type { RequestBody } from '../query-proxy/run-query.js';
import type { Probe, Probed } from './probe.js';

/** Where one worker takes dispatches: raw bytes, a sealed head and then the request's body (sealed along). */
export const sendSubject = 'v1.egress-worker.{region}.{worker}.send';
/** Where one worker takes credits, request-body chunks and verdicts on kept answers. */
export const flowSubject = 'v1.egress-worker.{region}.{worker}.flow';
/** Where all workers of a region hear that an execution is no longer wanted. */
export const cancelSubject = 'v1.egress-worker.{region}.cancel';

/**
 * Where the stream tells one worker that it has a batch of intents, or why not. Nobody may publish here: the server alone
 * says so, as the acknowledgement of a message that names this as its reply.
 */
export const recordedSubject = 'v1.egress-worker.{region}.{worker}.recorded.{batch}';

/** The head of a dispatch: one attempt at one outbound request, complete and signed. */
export interface Dispatch {
  readonly executionId: string;
  readonly attempt: number;
  readonly org: string;
  /** Who reads the frames, and on which subjects (both below that process's own inbox prefix). */
  readonly answerTo: {
    readonly process: string;
    readonly inbox: string;
    readonly bulkInbox: string;
    /** The frames are sealed for that process. */
    readonly sealed: boolean;
  };
  readonly request: {
    readonly method: string;
    /** Absolute; its path and query are exactly what goes over the wire. */
    readonly url: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: RequestBody;
  };
  /** What must not follow a redirect to another origin (scheme, host or port). Lower-case names. */
  readonly credential: { readonly headers: readonly string[]; readonly queryParams: readonly string[] };
  /** Values that were injected: an answer that holds one of them travels sealed. */
  readonly injected: readonly string[];
  /** How TLS is spoken with the origin of `request.url`, and with no other; absent: as with everybody. */
  readonly tls?: DispatchTls;
  readonly maxRedirects: number;
  /** Remaining milliseconds for everything. */
  readonly remainingMs: number;
  readonly maxResponseBytes: number;
  /** Undo `Content-Encoding`, under `maxResponseBytes`. */
  readonly decode: boolean;
  /** Statuses that the sender wants to judge before the answer goes on; see {@link KeptAnswer}. */
  readonly keep: readonly number[];
  /** Problems before the head that the sender wants to judge likewise, by their slugs; absent: none. */
  readonly keepFailures?: readonly string[];
  /** The receipt says what the answer tells of the upstream's rate limit. */
  readonly learn?: true;
  /**
   * Headers of the answer that are for the sender: they come back in the receipt and do not go on to the reader.
   * Lower-case names.
   */
  readonly observe: readonly string[];
  /** How many body bytes may be sent before the first credit. */
  readonly window: number;
  /**
   * The batch that holds its intent: nothing leaves before the stream has acknowledged that, and an outcome is written. Random,
   * because whoever may write to a stream could have it acknowledged to a place that he guesses. Absent: it is a call of
   * the broker's, and no query of anybody's.
   */
  readonly intents?: string;
  /**
   * It tests the connection: over one of its own, timed by stages, and of the answer nothing goes on but its status and
   * what tells why it refuses. Absent: it does not.
   */
  readonly probe?: Probe;
}

/** What differs about the TLS of one resource. Secret: it may hold a private key. */
export interface DispatchTls {
  /** Accept a certificate that nobody known has signed. */
  readonly allowSelfSigned: boolean;
  /** Trusted instead of the well-known authorities, PEM. */
  readonly ca: string | null;
  /** What we prove ourselves with, PEM. */
  readonly client: { readonly certificate: string; readonly key: string } | null;
}

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly region: string;
  readonly workerId: string;
  /** Of a query whose answers are kept: whether this one was given before, or comes from the upstream. */
  readonly cache?: 'hit' | 'miss';
  /** Of a connection test. */
  readonly probed?: Probed;
}

/** The end of an answer. */
export interface AnswerEnd {
  /** Body bytes sent. */
  readonly bytes: number;
  /** Chunk frames sent on the bulk subject. */
  readonly chunks: number;
  /** From the dispatch's arrival at the worker to here. */
  readonly durationMs: number;
}

/** Signs of life while nothing else is said, before the head or in the middle of the body: who is at it, and how far. */
export interface Accepted {
  readonly stage: 'leasing' | 'queued' | 'resolve' | 'connect' | 'tls' | 'request' | 'head' | 'body' | 'kept';
  readonly region: string | null;
  readonly workerId: string | null;
  /** How many chunks of the answer have been sent: whoever has not got them all by and by knows that one is lost. */
  readonly chunks?: number;
}

/** The worker asks for request-body bytes: it may be sent `credit` more on its flow subject. */
export interface Pull {
  readonly region: string;
  readonly workerId: string;
  readonly credit: number;
}

/**
 * An answer, or a failure before one, that the sender of the dispatch has to judge: pass it on, drop it because another
 * attempt follows, or refuse it.
 */
export interface KeptAnswer {
  readonly executionId: string;
  readonly attempt: number;
  /** Null: there is none, but the `problem`. */
  readonly status: number | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly problem?: ProblemOnTheWire;
}

/** What an upstream has told of its rate limit: how many more requests it takes, and in how long the count begins anew. */
export interface ToldLimit {
  readonly remaining: number;
  readonly resetMs: number;
}

/** How one execution ended, for the sender's accounting. Batched. */
export interface Receipt {
  readonly executionId: string;
  readonly attempt: number;
  readonly workerId: string;
  readonly status: number | null;
  readonly problem: string | null;
  readonly bytes: number;
  readonly durationMs: number;
  /** What the dispatch asked to observe. A receipt that has something of it travels sealed. */
  readonly observed?: readonly (readonly [string, string])[];
  /** What was told of a rate limit, if the dispatch asked for it. */
  readonly limit?: ToldLimit;
  /** The answer held a value that Pontage put on the request. */
  readonly credentialEchoed?: true;
}
