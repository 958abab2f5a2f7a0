import type { OutboundRequest, UpstreamResponse } from '@pontage/http-message';
import type { z } from 'zod';
import type { Consent, RefreshManner } from './consent.js';

/** Settings and secrets for one auth method. */
export interface Credential<S extends z.ZodObject = z.ZodObject, K extends z.ZodObject = z.ZodObject> {
  readonly settings: z.output<S>;
  readonly secrets: z.output<K>;
}

/** What `acquire` obtained, kept until it expires. */
export interface Grant<G = unknown> {
  /** JSON. */
  readonly value: G;
  /** Null: it ends only when the upstream refuses it. */
  readonly expiresAt: Date | null;
}

/** The world as `acquire` sees it: nothing else of it may be touched. */
export interface AuthContext {
  /** Leaves through an egress worker. */
  readonly fetch: AuthFetch;
  readonly now: () => Date;
  /** The id of the organisation that it is for: providers that keep a record are told. */
  readonly organisation: string;
  /** Whose grant it will be, for a method with `grantsPerCaller`; absent: it serves everybody. */
  readonly caller?: GrantOwner | undefined;
  /** The value of the grant that the new one is to replace, even when that is over. */
  readonly held?: unknown;
}

/** Whose a grant is: kind and id together are nobody else's within the organisation. */
export interface GrantOwner {
  readonly kind: string;
  readonly id: string;
  /** For people to read; two may share it. */
  readonly display: string;
}

/** The part of `fetch` that auth methods use. */
export type AuthFetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: unknown },
) => Promise<Response>;

/** Where on a request the credential stands, so that a redirect to another origin can drop it. */
export interface Carriers {
  /** Lower-case names. */
  readonly headers: readonly string[];
  readonly queryParams: readonly string[];
}

/** What is different each time, handed in so that `apply` and `answer` stay pure. */
export interface Occasion {
  /** 32 random bytes that serve no other request. */
  readonly random: Uint8Array;
  /** The caller's cookies as one line; for methods with `callerCookies`. */
  readonly cookies?: string | undefined;
  /** What `remember` returned last for this credential and origin; undefined at first. */
  readonly memory: unknown;
  /** How many challenges have been answered on the way to this URL. */
  readonly answers: number;
}

/** How an upstream recognizes us. */
export interface AuthMethod<S extends z.ZodObject = z.ZodObject, K extends z.ZodObject = z.ZodObject, G = unknown> {
  /** Stored; never renamed. */
  readonly id: string;
  readonly title: string;
  /** A few sentences for whoever fills in the form, as Markdown. */
  readonly guide: string;
  /** Readable fields: form, validation and documentation in one schema. */
  readonly settings: S;
  /** Sealed fields, write-only. */
  readonly secrets: K;
  /** Still works, and should not be chosen any more; the guide says what to use instead. */
  readonly deprecated?: boolean;
  /** The optional secret fields that these settings need. */
  needs?(settings: z.output<S>): readonly string[];
  /** Readable facts that are computed from the secrets when they are saved, and that a read shows beside the settings. */
  readonly derived?: {
    readonly names: readonly string[];
    of(credential: Credential<S, K>): Readonly<Record<string, string>>;
  };
  /** The credential is bound to method, URL and headers, so that a redirect needs a fresh one. */
  readonly signs?: boolean;
  /** Statuses that `answer` is asked about: 401 when nothing is said. */
  readonly answerOn?: readonly number[];
  /**
   * What a rotation may replace: fields that are replaced together, secrets with the readable names that belong to them (a key
   * and its id). A secret of a group that is not given anew is gone. Absent: there is nothing to rotate.
   */
  readonly rotates?: readonly (readonly string[])[];
  /** Statuses by which an upstream may say that it does not take the credential: 401 and 403 when nothing is said. */
  readonly refusedOn?: readonly number[];
  /**
   * The words by which upstreams say why they refuse a credential, each with what it means and what helps, for whoever tests
   * the connection. They are looked for in refusing answers; the first one that is found counts.
   */
  readonly refusals?: Readonly<Record<string, string>>;
  /** Headers of an answer that `remember` reads. Lower case. They are between the upstream and us, and go no further. */
  readonly observe?: readonly string[];
  /** The names of the caller's cookies that the credential consists of; they are in the record when they are sent. */
  callerCookies?(settings: z.output<S>): readonly string[];
  /** Statuses of an answer that mean that the upstream no longer takes the grant: a newer one is leased, the request sent once more. */
  readonly retryOn: readonly number[];
  /**
   * Obtains what `apply` needs: a token, a session, assumed-role keys. Called again when the grant expires.
   * @throws credentialRejected, consentRequired, tokenEndpointFailed, or the egress worker's problem
   */
  acquire?(credential: Credential<S, K>, context: AuthContext): Promise<Grant<G>>;
  /** False for settings with which nothing has to be obtained: `acquire` is not called, and the secrets are lent. */
  acquires?(settings: z.output<S>): boolean;
  /** Present when a person may have to sign in and agree before `acquire` has anything to go by. */
  readonly consent?: Consent<S, K, G>;
  /** When grants are replaced: whenever they are due, when nothing is said. */
  refresh?(settings: z.output<S>): RefreshManner;
  /** The part of a grant's value that `apply` needs: the rest does not leave the broker. All of it when nothing is said. */
  lends?(value: G): G;
  /** Texts of a request that `apply` replaces by a part of the grant. */
  readonly placeholders?: readonly string[];
  /** True for settings with which each caller has a grant of their own: it tells the upstream who calls, or is theirs alone. */
  grantsPerCaller?(settings: z.output<S>): boolean;
  /**
   * Where the upstream tells by 2xx that who asks is signed in: a path below the resource's base URL, or a URL on its
   * origin. Undefined: nowhere.
   */
  verificationUrl?(settings: z.output<S>): string | undefined;
  /** The URL that `acquire` sends secrets to; another one means that they have to be given again. */
  destination?(settings: z.output<S>): string;
  /**
   * Returns a new request carrying the credential. Pure: no I/O, no clock of its own, no mutation.
   * A credential that acquires comes without secrets: the grant has what is needed.
   */
  apply(
    request: OutboundRequest,
    credential: Credential<S, K>,
    grant: Grant<G> | undefined,
    now: Date,
    occasion?: Occasion,
  ): OutboundRequest;
  /**
   * Answers a challenge with a fresh request, or gives up, and then the answer is the caller's. As pure as `apply`.
   * @param request as it was sent, with the credential that was refused
   * @throws credentialRejected, challengeUnsupported, bodyNotSignable
   */
  answer?(
    challenge: UpstreamResponse,
    request: OutboundRequest,
    credential: Credential<S, K>,
    grant: Grant<G> | undefined,
    now: Date,
    occasion: Occasion,
  ): OutboundRequest | undefined;
  /**
   * What later requests have to know, once a request is on its way (`answer` is undefined then) or answered.
   * Pure; it returns `memory` itself when nothing has been learnt.
   */
  remember?(memory: unknown, sent: OutboundRequest, answer: UpstreamResponse | undefined): unknown;
  /**
   * Where `apply` puts the credential.
   * @param applied the request that carries it, for methods that follow what the request says
   */
  carriers(credential: Credential<S, K>, grant?: Grant<G>, applied?: OutboundRequest): Carriers;
  /**
   * The secret texts that `apply` puts on a request, so that an answer that echoes one of them is noticed.
   * @param applied the request that carries them, for methods that compute them from it
   */
  injectedValues(
    credential: Credential<S, K>,
    grant: Grant<G> | undefined,
    applied?: OutboundRequest,
  ): readonly string[];
  /**
   * What a signature was made over, by the names that the method's specification has for it: for whoever compares it with
   * what an upstream says it expected. Texts hold no key, but whatever secret the request itself holds. Pure.
   * @param applied the request as `apply` returned it
   */
  explain?(
    applied: OutboundRequest,
    credential: Credential<S, K>,
    grant: Grant<G> | undefined,
  ): Readonly<Record<string, string>>;
}

/** True when this credential needs something to be obtained before it can be applied. */
export const needsGrant = (method: AuthMethod, settings: Credential['settings']): boolean =>
  method.acquire !== undefined && method.acquires?.(settings) !== false;

/** True when each caller has a grant of this credential to themselves. */
export const hasGrantPerCaller = (method: AuthMethod, settings: Credential['settings']): boolean =>
  needsGrant(method, settings) && method.grantsPerCaller?.(settings) === true;

/** True when a person has to agree before there is a grant of this credential. */
export const needsConsent = (method: AuthMethod, settings: Credential['settings']): boolean =>
  method.consent?.isNeeded(settings) === true;

/** True for a status by which an upstream may refuse a credential of this method; whatever it answers so has not been done. */
export const refusesCredential = (method: Pick<AuthMethod, 'refusedOn'>, status: number): boolean =>
  refusals(method).includes(status);

/** The statuses by which an upstream may refuse a credential of this method. */
export const refusals = ({ refusedOn = [401, 403] }: Pick<AuthMethod, 'refusedOn'>): readonly number[] => refusedOn;
