import type { Principal } from '../principal.js';
import type { ResourceSettings } from '../resource-registry/resource.js';
import type { AdHocQuery } from './query-request.js';

/** Where a gateway sends a query to one query-proxy, sealed for it. Raw bytes: a head, then the request's body. */
export const runQuerySubject = 'v1.query-proxy.query.run.{instance}';

/** The hashes that signers ask for, in hex, by Node's names of them. */
export type BodyHashes = Readonly<Record<(typeof bodyHashes)[number], string>>;
export const bodyHashes = ['sha256', 'sha512-256', 'md5'] as const;

/** How the body of the upstream request travels. */
export type RequestBody =
  /** There is none. */
  | { readonly kind: 'none' }
  /** Behind the head of this message, at most {@link inlineBodyBytes}. */
  | { readonly kind: 'inline' }
  /**
   * The worker pulls it from the gateway under credits. `bytes` is null when the client did not say. `hashes` are there once
   * the gateway has all of it, because a signer asked for them.
   */
  | { readonly kind: 'pulled'; readonly bytes: number | null; readonly hashes?: BodyHashes };

/** Bodies up to here travel inside the message, where signers see them and a second attempt can send them again. */
export const inlineBodyBytes = 256 * 1024;

/**
 * A gateway's attempt has so many numbers for the attempts of a query-proxy, so that frames of two of them never mix: the
 * first, five redirects, four answers or renewals, five retries.
 */
export const attemptsPerRun = 16;

/** What is to be run. */
export type QueryCall =
  | { readonly kind: 'ad-hoc'; readonly resource: string; readonly query: AdHocQuery }
  | {
      readonly kind: 'saved';
      readonly app: string;
      readonly name: string;
      readonly params: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'proxy';
      readonly resource: string;
      readonly method: string;
      /** Below the resource's base URL, percent-encoded as the caller sent it, with its query. */
      readonly path: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly environment?: string;
      readonly timeoutMs?: number;
    }
  /** Of what would be saved: its settings as the registry has checked them, its secrets as drafts that the broker keeps. */
  | {
      readonly kind: 'unsaved';
      readonly settings: ResourceSettings;
      readonly draftId: string | null;
      /** Of environments that have an authentication of their own. */
      readonly environmentDrafts: Readonly<Record<string, string>>;
      readonly secretsDraftId: string | null;
      readonly query: AdHocQuery;
    };

/** The head of a `query.run` message: everything about the caller and the call but the body. */
export interface RunQuery {
  readonly executionId: string;
  /** 1, or 2 when the gateway asks once more for a safe method. */
  readonly attempt: number;
  readonly requestId: string;
  readonly org: string;
  readonly principal: Principal;
  readonly ip?: string;
  readonly userAgent?: string;
  /** The gateway process that waits for the frames; its inbox is the message's reply subject. */
  readonly gateway: string;
  /** Where the gateway's bulk connection takes chunks of this execution. */
  readonly bulkInbox: string;
  /** How long ago it was asked first, when this is the second time: a query has its resource's time once. */
  readonly spentMs?: number;
  /** The most bytes of a response body that the gateway takes. */
  readonly maxResponseBytes: number;
  /** Undo `Content-Encoding` at the worker, under the same limit. */
  readonly decode: boolean;
  readonly call: QueryCall;
  /** It tests the connection, from this region; null: from the resource's own. */
  readonly test?: {
    readonly region: string | null;
    /** With this draft of a credential in the place of the resource's, for whoever may change it. */
    readonly draftId?: string;
  };
  readonly body: RequestBody;
  /** The caller's cookies but for ours, as one line. */
  readonly cookieLine?: string | undefined;
}
