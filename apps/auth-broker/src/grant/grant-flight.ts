import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Grant } from '@pontage/auth-methods';
import { auditOf } from '@pontage/bus';
import type { EgressFetch } from '@pontage/dispatch';
import { type UnitOfWork, type Work } from '@pontage/persistence';
import { consentRequired, isProblem, type Problem } from '@pontage/problems';
import { acquireGrant } from './acquire-grant.js';
import type { GrantRequest } from './grant-request.js';
import { refreshInMs, renewalsAfter, retryPauseMs, type GrantState, type Trigger } from './grant-state.js';
import { type GrantStore, type Flight, type Keeping } from './grant-store.js';
import { strayed } from './strayed.js';
import { servedBy, tellOfCrash, tellOfLanding } from './tell-of-grant.js';
import { type TokenEgress } from './token-egress.js';

/** An owner that says nothing for so long is lost, and the next one may take off. */
const flightMs = 10_000;
const stayEveryMs = 3_000;
/** A provider that rotates refresh tokens has spent ours when it takes its time with the answer: whoever gives up early loses the grant. */
const refreshWithinMs = 90_000;
const landAgainAfterMs = [100, 500, 2_000, 5_000];

/** What is recorded of an attempt, however it ends. */
interface Facts {
  readonly method: string;
  readonly environment: string;
  readonly trigger: Trigger;
  readonly elapsedMs: number;
}

/** Obtains one grant: alone over all processes, stored before anybody gets it, recorded either way. */
export class GrantFlights {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly grants: GrantStore,
    private readonly egress: TokenEgress,
  ) {}

  /**
   * Tries once. Returns the problem if the attempt failed; nothing when it succeeded or somebody else was faster.
   * @param held what the grant that is there is worth, in clear
   */
  async fly(request: GrantRequest, state: GrantState, trigger: Trigger, held: unknown): Promise<Problem | undefined> {
    const flight = await this.grants.takeOff(request, state, randomUUID(), flightMs);
    if (flight === undefined) return undefined;
    const timer = setInterval(() => void this.grants.stay(flight, flightMs).catch(() => undefined), stayEveryMs);
    const startedAt = performance.now();
    try {
      const outcome = strayed(request, state) ?? (await this.acquire(request, held));
      const elapsedMs = Math.round(performance.now() - startedAt);
      const facts = { method: request.method.id, environment: request.environment, trigger, elapsedMs };
      if (isProblem(outcome)) await this.crash(request, flight, state, outcome, facts);
      else await this.landSafely(() => this.land(request, flight, state, outcome, facts));
      return isProblem(outcome) ? outcome : undefined;
    } finally {
      clearInterval(timer);
    }
  }

  private acquire(request: GrantRequest, held: unknown): Promise<Grant | Problem> {
    const { method, credential, org, owner } = request;
    return acquireGrant(method, credential, {
      fetch: this.fetchOf(request, held),
      now: () => new Date(),
      organisation: org,
      caller: owner,
      held,
    });
  }

  private fetchOf({ region, org, method }: GrantRequest, held: unknown): EgressFetch {
    const usual = this.egress.fetchFrom(region, org);
    if (held === undefined || method.consent?.isRefreshable(held) !== true) return usual;
    const patient = this.egress.fetchFrom(region, org, { timeoutMs: refreshWithinMs });
    return (url, init) => (init?.method === 'POST' ? patient : usual)(url, init);
  }

  /**
   * The provider may have spent the refresh token by now, so that what it gave for it must not be lost by a moment's trouble here. A
   * second landing of one flight changes nothing.
   */
  private async landSafely(land: () => Promise<void>): Promise<void> {
    for (const waitMs of landAgainAfterMs) {
      try {
        return await land();
      } catch {
        await pause(waitMs);
      }
    }
    return land();
  }

  private async land(
    request: GrantRequest,
    flight: Flight,
    state: GrantState,
    { value, expiresAt }: Grant,
    facts: Facts,
  ): Promise<void> {
    const renewals = renewalsAfter(state, facts.trigger);
    const lifetimeMs = expiresAt === null ? null : expiresAt.getTime() - Date.now();
    const { input, destination } = request;
    const landing = { input, value, lifetimeMs, destination, renewals, keeping: keepingOf(request, value, lifetimeMs) };
    await this.unitOfWork.run(flight.org, async (work) => {
      if (!(await this.grants.land(work, flight, landing))) return;
      record(work, request, 'success', { ...facts, version: flight.version + 1, lifetimeMs });
      await tellOfLanding(work, request, state, facts.trigger, expiresAt);
    });
  }

  private async crash(
    request: GrantRequest,
    flight: Flight,
    state: GrantState,
    problem: Problem,
    facts: Facts,
  ): Promise<void> {
    const failures = state.input === request.input ? state.failures + 1 : 1;
    const failure = {
      input: request.input,
      problem: problem.toWire(),
      retryInMs: retryPauseMs(problem, failures),
      isSpent: isProblem(problem, consentRequired),
    };
    await this.unitOfWork.run(flight.org, async (work) => {
      const isStored = await this.grants.crash(work, flight, failure);
      if (!isStored) return;
      record(work, request, 'failure', { ...facts, problem: problem.slug, detail: problem.detail ?? null, failures });
      await tellOfCrash(work, request, state, facts.trigger, problem);
    });
  }
}

function record(
  work: Work,
  { call, resourceId, credentialId, region, owner }: GrantRequest,
  outcome: 'success' | 'failure',
  facts: object,
): void {
  work.audit({
    ...auditOf(call),
    action: outcome === 'success' ? 'grant.acquired' : 'grant.failed',
    outcome,
    resource: { id: resourceId, version: null },
    region,
    data: { credentialId, serves: servedBy(owner), ...facts },
  });
}

/** How the grant that has been obtained for a request is kept. */
export function keepingOf(
  { owner, region, method, manner, scope }: GrantRequest,
  value: unknown,
  lifetimeMs: number | null,
): Keeping {
  const isRefreshable = scope === undefined || method.consent?.isRefreshable(value) === true;
  return { owner, region, isRefreshable, refreshInMs: isRefreshable ? refreshInMs(lifetimeMs, manner) : null };
}
