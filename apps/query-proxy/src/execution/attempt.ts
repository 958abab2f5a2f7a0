import { refusals } from '@pontage/auth-methods';
import type { Lease } from '@pontage/contracts/auth-broker';
import type { OutboundRequest } from '@pontage/http-message';
import type { Applied, ReadyCredential } from '../credential/apply-credential.js';
import type { LeaseKey } from '../credential/lease-cache.js';
import type { Rotation } from '../rotation/rotations.js';
import { passingFailures, passingStatuses } from '../pressure/retry-rule.js';

/** The rotation that an attempt's credential is part of. */
export interface Standing {
  readonly rotation: Rotation;
  /** The other credential; undefined: it has been tried. */
  readonly other: LeaseKey | undefined;
  /** The new credential was refused before this attempt. */
  readonly wasRefused: boolean;
}

/** One attempt at the upstream: what is sent, and what went before it. */
export interface Attempt {
  /** Without a credential. */
  readonly request: OutboundRequest;
  readonly lease: Lease | undefined;
  /** Which lease it is. */
  readonly leaseKey: LeaseKey | undefined;
  /** Undefined: the credential is not being rotated. */
  readonly standing: Standing | undefined;
  /** Undefined: this origin gets none. */
  readonly ready: ReadyCredential | undefined;
  readonly applied: Applied;
  /** Redirects that were followed to come here. */
  readonly redirects: number;
  /** Challenges that were answered at this URL. */
  readonly answers: number;
  /** Challenges that were answered in all, and grants that were renewed. */
  readonly retries: number;
  /** How often the same may be sent again because the upstream failed in passing, and how often it was. */
  readonly repeats: { readonly left: number; readonly made: number };
  /** The upstream refused a grant before; a third one would not help. */
  readonly renewed: boolean;
  /** A redirect has led to another origin: what was for the resource's own stays behind from there on. */
  readonly hasStrayed: boolean;
  /** Every redirect comes back here, because what is sent next has to be signed, or must not be. */
  readonly judgesRedirects: boolean;
}

/** True when the upstream has answered the query before, or has failed it. */
export const followsAnother = ({ redirects, retries, repeats }: Attempt): boolean =>
  redirects + retries + repeats.made > 0;

/** Redirects that one query follows. */
export const maxRedirects = 5;
/** With the first one, the redirects and five repeats, that is less than the attempt numbers of a run. */
export const maxRetries = 4;

/** Statuses that lead elsewhere. @see RFC 9110, 15.4 */
const redirectStatuses = [301, 302, 303, 307, 308];

/** The statuses of an answer that may be followed by another attempt. */
export function statusesToJudge(attempt: Attempt): readonly number[] {
  const { ready, renewed, retries, repeats, judgesRedirects, standing } = attempt;
  const method = ready?.method;
  const mayRetry = retries < maxRetries;
  const answered = mayRetry && method?.answer !== undefined ? (method.answerOn ?? [401]) : none;
  const renewing = mayRetry && !renewed ? (method?.retryOn ?? none) : none;
  const refusing = mayRetry && method !== undefined && standing?.other !== undefined ? refusals(method) : none;
  const passing = repeats.left > 0 ? passingStatuses : none;
  const redirects = judgesRedirects ? redirectStatuses : none;
  const lists = [answered, renewing, refusing, passing, redirects].filter(({ length }) => length > 0);
  return lists.length < 2 ? (lists[0] ?? none) : [...new Set(lists.flat())];
}

const none: readonly number[] = [];

/** The failures before an answer that may be followed by another attempt, by their slugs. */
export const failuresToJudge = ({ repeats }: Attempt): string[] => (repeats.left > 0 ? passingFailures : []);
