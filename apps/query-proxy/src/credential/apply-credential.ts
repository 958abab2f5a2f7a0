import { randomBytes } from 'node:crypto';
import {
  authMethods,
  renderCredential,
  type AuthMethod,
  type Credential,
  type Grant,
  type Occasion,
} from '@pontage/auth-methods';
import type { Lease } from '@pontage/contracts/auth-broker';
import { cookiePairs, type OutboundRequest, type UpstreamResponse } from '@pontage/http-message';
import { internal } from '@pontage/problems';
import type { Scope } from '@pontage/templates';
import { namesVariables } from '../variable/named-variables.js';

/** A credential that is ready to be put on requests. */
export interface ReadyCredential {
  readonly method: AuthMethod;
  readonly credential: Credential;
  readonly grant: Grant | undefined;
}

/** A request that carries its credential, and what the worker has to know about that. */
export interface Applied {
  readonly request: OutboundRequest;
  /** Where the credential stands, so that it does not follow a redirect to another origin. */
  readonly credential: { readonly headers: readonly string[]; readonly queryParams: readonly string[] };
  /** The secret texts on the request, so that an answer that echoes one of them is sealed. */
  readonly injected: readonly string[];
  /** The caller's cookies that are part of the credential, by name. */
  readonly forwardedCookies: readonly string[];
  /** Headers of the answer that the method remembers something of. */
  readonly observe: readonly string[];
}

/**
 * The credential of a lease, rendered.
 * @throws Problem when a configuration variable that the credential names has no fitting value.
 */
export function readyCredential(lease: Lease, scope: Scope): ReadyCredential {
  const method = authMethods.get(lease.method);
  if (method === undefined) throw internal({}, { note: `a lease on the unknown auth method ${lease.method}` });
  const leased: Credential = { settings: lease.settings, secrets: lease.secrets };
  return {
    method,
    // What a grant was acquired for was rendered by the broker before.
    credential: lease.grant === null && namesVariables(lease) ? renderCredential(method, leased, scope) : leased,
    grant:
      lease.grant === null ? undefined : { value: lease.grant.value, expiresAt: expiryOf(lease.grant.expiresInMs) },
  };
}

/** The request as it is, for an upstream that gets no credential. */
export const withoutCredential = (request: OutboundRequest): Applied => ({
  request,
  credential: { headers: [], queryParams: [] },
  injected: [],
  forwardedCookies: [],
  observe: [],
});

/**
 * Puts a credential on a request.
 * @param memory what the method has learnt from the upstream
 * @param cookies the caller's, as one line, for methods that pass some of them on
 */
export function applyCredential(
  request: OutboundRequest,
  ready: ReadyCredential,
  memory: unknown,
  cookies: () => string | undefined,
): Applied {
  const { method, credential, grant } = ready;
  const names = method.callerCookies?.(credential.settings) ?? [];
  const line = names.length === 0 ? undefined : cookies();
  const occasion = new FirstOccasion(memory, line);
  const applied = appliedOf(ready, method.apply(request, credential, grant, new Date(), occasion));
  if (line === undefined) return applied;
  const present = new Set(cookiePairs(line).map(([name]) => name));
  return { ...applied, forwardedCookies: names.filter((name) => present.has(name)) };
}

class FirstOccasion implements Occasion {
  readonly answers = 0;

  constructor(
    readonly memory: unknown,
    readonly cookies: string | undefined,
  ) {}

  /** Drawn by those who need it, which most methods do not. */
  get random(): Uint8Array {
    return randomBytes(32);
  }
}

/**
 * Answers a challenge to a request that was sent, when the method can.
 * @throws Problem when it is known that no answer would help
 */
export function answerChallenge(
  challenge: UpstreamResponse,
  sent: OutboundRequest,
  ready: ReadyCredential,
  before: Pick<Occasion, 'memory' | 'answers'>,
): Applied | undefined {
  const { method, credential, grant } = ready;
  const occasion: Occasion = { random: randomBytes(32), ...before };
  const answer = method.answer?.(challenge, sent, credential, grant, new Date(), occasion);
  return answer === undefined ? undefined : appliedOf(ready, answer);
}

function appliedOf({ method, credential, grant }: ReadyCredential, request: OutboundRequest): Applied {
  return {
    request,
    credential: method.carriers(credential, grant, request),
    injected: method.injectedValues(credential, grant, request),
    forwardedCookies: [],
    observe: method.observe ?? [],
  };
}

const expiryOf = (inMs: number | null): Date | null => (inMs === null ? null : new Date(Date.now() + inMs));
