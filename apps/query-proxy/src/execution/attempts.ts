import type { Lease } from '@pontage/contracts/auth-broker';
import { followRedirect } from '@pontage/egress-policy';
import type { OutboundRequest, UpstreamResponse } from '@pontage/http-message';
import { credentialRejected, isProblem, tooManyRedirects } from '@pontage/problems';
import {
  type Applied,
  answerChallenge,
  applyCredential,
  readyCredential,
  withoutCredential,
  type ReadyCredential,
} from '../credential/apply-credential.js';
import type { Acquaintance, ChallengeMemory } from '../credential/challenge-memory.js';
import { refuseForgedPlaceholders } from '../credential/forged-placeholders.js';
import { requireIdentity } from '../identity/with-identity.js';
import { leaseName, type LeaseKey } from '../credential/lease-cache.js';
import { repeatsOf } from '../pressure/retry-rule.js';
import { mayFollowRedirects } from '../request/resource-policy.js';
import { maxRedirects, maxRetries, type Attempt, type Standing } from './attempt.js';
import type { Prepared } from './prepare.js';

/** The attempts of one query, each made of what the upstream said to the one before. */
export class Attempts {
  constructor(
    private readonly prepared: Prepared,
    private readonly memory: ChallengeMemory,
    /** The caller's cookies as one line. */
    private readonly cookies: () => string | undefined,
  ) {}

  /** The first one. @throws Problem when the credential cannot be put on the request. */
  first(lease: Lease | undefined, standing?: Standing): Attempt {
    const ready = lease === undefined ? undefined : readyCredential(lease, this.prepared.scope);
    const { placeholders } = ready?.method ?? {};
    if (placeholders !== undefined) refuseForgedPlaceholders(this.prepared, placeholders);
    return this.apply({
      request: this.prepared.request,
      lease,
      leaseKey: this.prepared.leaseKey,
      standing,
      ready,
      redirects: 0,
      answers: 0,
      retries: 0,
      repeats: { left: repeatsOf(this.prepared.request, this.prepared.resolved.retries), made: 0 },
      renewed: false,
      hasStrayed: false,
      judgesRedirects: ready?.method.signs === true && mayFollowRedirects(this.prepared.resolved.resource.policy),
    });
  }

  /**
   * The attempt that a redirect leads to: signed anew on the same origin, without the credential on another one and from
   * there on. Undefined when the answer is no redirect that can be followed.
   * @throws tooManyRedirects, destinationDenied
   */
  redirected(attempt: Attempt, answer: UpstreamResponse): Attempt | undefined {
    if (!attempt.judgesRedirects) return undefined;
    const { request, applied, redirects } = attempt;
    const location = answer.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    const hop = { method: request.method, url: request.url, headers: request.headers, body: bodyOf(request) };
    const { secrets } = this.prepared;
    const carriers = {
      headers: [...applied.credential.headers, ...secrets.headers],
      queryParams: [...applied.credential.queryParams, ...secrets.queryParams],
    };
    const next = followRedirect(hop, { status: answer.status, location }, carriers);
    if (next === undefined) return undefined;
    if (redirects === maxRedirects) throw tooManyRedirects({ limit: maxRedirects });
    const { method, url, headers } = next;
    const staysHere = new URL(url).origin === new URL(request.url).origin;
    return this.apply({
      ...attempt,
      ...(staysHere ? {} : { lease: undefined, ready: undefined, standing: undefined, hasStrayed: true }),
      request: { method, url, headers, body: next.body === 'none' ? undefined : request.body },
      redirects: redirects + 1,
      answers: 0,
    });
  }

  /**
   * The attempt that answers a challenge; undefined when the answer is none, or is the caller's to see.
   * @throws credentialRejected, challengeUnsupported, bodyNotSignable
   */
  answered(attempt: Attempt, challenge: UpstreamResponse): Attempt | undefined {
    const { ready, applied, answers, retries } = attempt;
    if (ready?.method.answer === undefined || retries === maxRetries) return undefined;
    if (!(ready.method.answerOn ?? [401]).includes(challenge.status)) return undefined;
    this.learn(attempt, challenge);
    const before = { memory: this.recall(attempt), answers };
    try {
      const answer = answerChallenge(challenge, applied.request, ready, before);
      if (answer === undefined) return undefined;
      return this.noted({ ...attempt, applied: answer, answers: answers + 1, retries: retries + 1 });
    } catch (error) {
      // The next query begins with a question again, and not with a proof that was found wrong.
      if (isProblem(error, credentialRejected)) this.keep(attempt, undefined);
      throw error;
    }
  }

  /** The attempt with a newer grant. */
  renewed(attempt: Attempt, lease: Lease): Attempt {
    const ready = readyCredential(lease, this.prepared.scope);
    return this.apply({ ...attempt, lease, ready, renewed: true, retries: attempt.retries + 1 });
  }

  /** The attempt with the other credential of a rotation. */
  switched(attempt: Attempt, leaseKey: LeaseKey, lease: Lease): Attempt {
    const { standing, retries } = attempt;
    const ready = readyCredential(lease, this.prepared.scope);
    const isNew = standing !== undefined && attempt.leaseKey?.credentialId === standing.rotation.newId;
    return this.apply({
      ...attempt,
      lease,
      leaseKey,
      ready,
      standing: standing && { ...standing, other: undefined, wasRefused: isNew },
      answers: 0,
      retries: retries + 1,
      renewed: false,
      judgesRedirects: ready.method.signs === true && mayFollowRedirects(this.prepared.resolved.resource.policy),
    });
  }

  /** The same once more, signed anew: its time has changed. */
  repeated(attempt: Attempt): Attempt {
    const { left, made } = attempt.repeats;
    return this.apply({ ...attempt, repeats: { left: left - 1, made: made + 1 } });
  }

  /** Remembers what an answer says. */
  learn(attempt: Attempt, answer: UpstreamResponse): void {
    const { ready, applied } = attempt;
    if (ready?.method.remember === undefined) return;
    this.keep(attempt, ready.method.remember(this.recall(attempt), applied.request, answer));
  }

  private apply(attempt: Omit<Attempt, 'applied'>): Attempt {
    const { request, ready } = attempt;
    const applied =
      ready === undefined
        ? withoutCredential(request)
        : applyCredential(request, ready, this.recall(attempt), this.cookies);
    if (!attempt.hasStrayed) requireIdentity(this.prepared.identity, applied.request);
    return this.noted(withApplied(attempt, applied));
  }

  private noted(attempt: Attempt): Attempt {
    const { ready, applied } = attempt;
    if (ready?.method.remember !== undefined)
      this.keep(attempt, ready.method.remember(this.recall(attempt), applied.request, undefined));
    return attempt;
  }

  private recall(attempt: Asked): unknown {
    const whom = this.whom(attempt);
    return whom === undefined ? undefined : this.memory.recall(whom);
  }

  private keep(attempt: Asked, value: unknown): void {
    const whom = this.whom(attempt);
    if (whom !== undefined) this.memory.note(whom, value);
  }

  private whom({ request, lease, leaseKey, ready }: Asked): Acquaintance | undefined {
    if (leaseKey === undefined || lease === undefined || ready?.method.remember === undefined) return undefined;
    return { credential: leaseName(leaseKey, lease.serves), url: request.url };
  }
}

/** Member by member: every query makes one, and a copy by `...` with a member added takes V8's slowest way. */
function withApplied(attempt: Omit<Attempt, 'applied'>, applied: Applied): Attempt {
  const { request, lease, leaseKey, standing, ready, redirects, answers, retries, repeats } = attempt;
  const { renewed, hasStrayed, judgesRedirects } = attempt;
  return {
    request,
    lease,
    leaseKey,
    standing,
    ready,
    applied,
    redirects,
    answers,
    retries,
    repeats,
    renewed,
    hasStrayed,
    judgesRedirects,
  };
}

interface Asked {
  readonly request: OutboundRequest;
  readonly lease: Lease | undefined;
  readonly leaseKey: LeaseKey | undefined;
  readonly ready: ReadyCredential | undefined;
}

function bodyOf({ body, bodyIsPulled }: OutboundRequest): 'none' | 'held' | 'spent' {
  if (bodyIsPulled === true) return 'spent';
  return body === undefined ? 'none' : 'held';
}
