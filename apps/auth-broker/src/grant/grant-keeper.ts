import { setTimeout as pause } from 'node:timers/promises';
import { SealBroken } from '@pontage/envelope';
import { type UnitOfWork } from '@pontage/persistence';
import { consentRequired, isProblem, leaseUnavailable, problemFromWire, type Problem } from '@pontage/problems';
import type { ConsentedGrants } from '../consent/consented-grants.js';
import { OneAtATime } from '../one-at-a-time.js';
import { reportDamage } from '../secrets/report-damage.js';
import { type GrantFlights } from './grant-flight.js';
import type { GrantRequest } from './grant-request.js';
import { judge, type GrantState, type Trigger } from './grant-state.js';
import { type GrantStore } from './grant-store.js';

/** A grant as it is lent. */
export interface LentGrant {
  readonly version: number;
  readonly value: unknown;
  readonly expiresInMs: number | null;
  readonly validForMs: number;
}

/** Below the deadline of a lease. */
const patienceMs = 25_000;
/** A refresh may take longer than anybody waits for it, and goes on all the same. What comes before it is not counted. */
const refreshPatienceMs = 10_000;
/** Of the background: others are due, and a broker that is told to end has fifteen seconds for all. */
const idlePatienceMs = 5_000;
/** How often a process looks whether another one has finished. */
const lookEveryMs = 40;

/** Finds the good grant of a credential, or sees to it that there is one. */
export class GrantKeeper {
  /** The attempts of this process, so that its own callers do not queue at the database. */
  private readonly flying = new OneAtATime<Problem | undefined>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly grants: GrantStore,
    private readonly flights: GrantFlights,
    private readonly consented: ConsentedGrants,
  ) {}

  /**
   * A good grant, newer than the refused one if that can be.
   * @throws Problem what the last attempt ended in; `lease-unavailable` when another process does not come to an end
   */
  async current(request: GrantRequest): Promise<LentGrant> {
    const giveUpAt = performance.now() + patienceMs;
    let patience = request.scope === undefined ? patienceMs : refreshPatienceMs;
    let failed: Problem | undefined;
    let isDamageKnown = false;
    for (;;) {
      const { state, value, isDamaged } = await this.read(request);
      if (isDamaged && !isDamageKnown) await this.report(request);
      isDamageKnown ||= isDamaged;
      if (lacksConsent(state, request)) {
        if (await this.adopt(request, state)) continue;
        throw about(
          state.problem === null
            ? consentRequired({}, { detail: 'Nobody has signed in yet.' })
            : problemFromWire(state.problem),
          request,
        );
      }
      const verdict = failed === undefined ? judge(state, request) : afterFailure(state, request);
      if (verdict.kind === 'use') {
        if (verdict.renews === true) this.renew(request, state, value);
        return { version: state.version, value, expiresInMs: state.remainingMs, validForMs: verdict.validForMs };
      }
      if (verdict.kind === 'fail') throw about(failed ?? remembered(state, request), request);
      if (performance.now() > giveUpAt || patience <= 0)
        throw leaseUnavailable({}, { detail: 'The token endpoint is being asked, and it takes too long.' });
      const attempt = verdict.kind === 'wait' ? this.wait(request) : this.join(request, state, verdict.trigger, value);
      const begunAt = performance.now();
      failed = await within(attempt, Math.min(patience, giveUpAt - begunAt));
      patience -= performance.now() - begunAt;
    }
  }

  /** Resolves when no attempt of this process is in the air, or after `withinMs`: what it brings would be lost. */
  async landed(withinMs: number): Promise<void> {
    await within(this.flying.settled(), withinMs);
  }

  /**
   * Obtains the next grant when that is due although nobody asks. What it fails with is on record. One that is of no use any
   * more, as its credential reads otherwise now, waits for somebody to ask. False: nothing was done.
   */
  async refreshIdle(request: GrantRequest): Promise<boolean> {
    const { state, value } = await this.read(request);
    const isDue = state.refreshInMs !== null && state.refreshInMs <= 0 && state.flightForMs <= 0;
    if (!isDue) return false;
    if (state.sealed === null || state.input !== request.input) {
      await this.grants.leaveAlone(request, state.version);
      return false;
    }
    await within(this.join(request, state, 'background', value), idlePatienceMs);
    return true;
  }

  /** The good grant that is there; undefined when one would have to be obtained first. Nobody is asked. */
  async held(request: GrantRequest): Promise<LentGrant | undefined> {
    const { state, value } = await this.read(request);
    const verdict = judge(state, request);
    if (verdict.kind !== 'use') return undefined;
    return { version: state.version, value, expiresInMs: state.remainingMs, validForMs: verdict.validForMs };
  }

  /** When the grant ended that has no successor; undefined when there has been none, or none that ended. */
  async endOf(request: GrantRequest): Promise<Date | undefined> {
    const { state } = await this.read(request);
    const isOver = state.sealed !== null && state.input === request.input && (state.remainingMs ?? 1) <= 0;
    return isOver ? new Date(Date.now() + (state.remainingMs ?? 0)) : undefined;
  }

  /** The state; a grant that does not open is none, so that another one takes its place. */
  private async read(request: GrantRequest): Promise<{ state: GrantState; value: unknown; isDamaged: boolean }> {
    const state = await this.grants.read(request);
    if (state.sealed === null) return { state, value: undefined, isDamaged: false };
    try {
      return { state, value: this.grants.open(request, state.sealed, state.version), isDamaged: false };
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      return { state: { ...state, sealed: null }, value: undefined, isDamaged: true };
    }
  }

  private report({ call, resourceId, credentialId }: GrantRequest): Promise<void> {
    return reportDamage(this.unitOfWork, call, { resourceId, credentialId, part: 'grant' });
  }

  /** Nobody waits for it: what it fails with is on record, and met again by whoever needs the grant then. */
  private renew(request: GrantRequest, state: GrantState, held: unknown): void {
    this.join(request, state, 'expiry', held).catch(() => undefined);
  }

  /** Joins the attempt of this process for the same grant, or makes one. */
  private join(
    request: GrantRequest,
    state: GrantState,
    trigger: Trigger,
    held: unknown,
  ): Promise<Problem | undefined> {
    // What a grant of another credential was worth is nobody's business any more.
    const own = state.input === request.input ? held : undefined;
    return this.flying.run(nameOf(request), () => this.flights.fly(request, state, trigger, own));
  }

  /** True when the caller had agreed before the credential became this one. */
  private async adopt({ scope, ...request }: GrantRequest, state: GrantState): Promise<boolean> {
    // Who has taken back what they had agreed to is asked again.
    if (scope === undefined || (state.version > 0 && state.scope !== '')) return false;
    return this.unitOfWork.run(request.org, (work) => this.consented.adopt(work, request, { ...request, scope }));
  }

  /** Until this process's own attempt has ended, or for a moment when it is another process's. */
  private async wait(request: GrantRequest): Promise<Problem | undefined> {
    const own = this.flying.current(nameOf(request));
    if (own !== undefined) return own;
    await pause(lookEveryMs * (0.5 + Math.random()));
    return undefined;
  }
}

/** What it resolves with, or undefined when that takes longer. */
function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  return Promise.race([promise, over]).finally(() => clearTimeout(timer));
}

const nameOf = ({ org, credentialId, environment, caller }: GrantRequest): string =>
  `${org}/${credentialId}/${environment}/${caller}`;

/** After an attempt of one's own that failed there is no second one: a grant that is still good, or the problem. */
function afterFailure(
  state: GrantState,
  request: GrantRequest,
): { kind: 'use'; validForMs: number; renews?: true } | { kind: 'fail' } {
  const verdict = judge(
    {
      ...state,
      retryInMs: 1,
      input: request.input,
      sealed: state.input === request.input ? state.sealed : null,
      flightForMs: 0,
    },
    request,
  );
  return verdict.kind === 'use' ? verdict : { kind: 'fail' };
}

/** What the last attempt ended in; without one, that the grant is over: a person's can be had by signing in again. */
function remembered({ problem }: GrantState, { scope }: GrantRequest): Problem {
  if (problem !== null) return problemFromWire(problem);
  const detail = 'The grant is over, and it is not to be refreshed on demand.';
  return scope === undefined ? leaseUnavailable({}, { detail }) : consentRequired({}, { detail });
}

/** A consent that is lacking, with what it is about; every other problem as it is. */
function about(problem: Problem, { resourceId, environment }: GrantRequest): Problem {
  if (!isProblem(problem, consentRequired)) return problem;
  const { detail } = problem;
  return consentRequired({ resource: resourceId, environment }, detail === undefined ? {} : { detail });
}

/** Nothing is there that a person has agreed to, so that nothing can be obtained without one. */
const lacksConsent = ({ sealed, input }: GrantState, request: GrantRequest): boolean =>
  request.scope !== undefined && (sealed === null || input !== request.input);
