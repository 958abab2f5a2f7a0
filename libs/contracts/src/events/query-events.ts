import type { Actor } from './audit-event.js';

/** A query that is about to leave. The gate: nothing is dispatched before the stream has acknowledged this. */
export interface QueryIntent {
  readonly executionId: string;
  readonly attempt: number;
  readonly at: string;
  readonly org: string;
  readonly actor: Actor;
  readonly externalIdentifier: string | null;
  readonly app: string | null;
  /** Null: of one that is not saved, the connection was tested. */
  readonly resource: { readonly id: string; readonly version: number } | null;
  readonly region: string;
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Nothing leaves: this answer was kept from a run before. There is no outcome then. */
  readonly answered?: { readonly status: number; readonly bytes: number };
  /** Method, path and the saved query's name; values only where the query says so. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What became of a dispatch, said by the worker before the end frame. */
export interface QueryOutcome {
  readonly executionId: string;
  readonly attempt: number;
  readonly org: string;
  readonly at: string;
  readonly region: string;
  readonly workerId: string;
  /** The upstream's status; null when there was none. */
  readonly status: number | null;
  /** The problem's slug; null when an answer came. */
  readonly problem: string | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  /** Another attempt follows: this one is not the query's outcome. */
  readonly superseded: boolean;
  /** The answer held a value that Pontage put on the request; it went on as it was. Absent: none was seen. */
  readonly credentialEchoed?: true;
}

/** An execution that ended at the gateway without an end frame. */
export interface QueryClosed {
  readonly executionId: string;
  readonly org: string;
  readonly at: string;
  /** The problem's slug, or `client-gone`. */
  readonly reason: string;
}

/** Each of the three travels in batches: a JSON array in one stream message. */
export const queryIntentSubject = 'v1.events.query.intent';
export const queryOutcomeSubject = 'v1.events.query.outcome';
export const queryClosedSubject = 'v1.events.query.closed';
