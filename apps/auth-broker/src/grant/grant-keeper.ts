import { setTimeout as pause } from 'node:timers/promises';
import { SealBroken } from '@pontage/envelope';
import { type UnitOfWork } from '@pontage/persistence';
import { leaseUnavailable, problemFromWire, tokenEndpointFailed, type Problem } from '@pontage/problems';
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
  ) {}

  /**
   * A good grant, newer than the refused one if that can be.
   * @throws Problem what the last attempt ended in; `lease-unavailable` when another process does not come to an end
   */
  async current(request: GrantRequest): Promise<LentGrant> {
    const giveUpAt = performance.now() + patienceMs;
    let failed: Problem | undefined;
    let isDamageKnown = false;
    for (;;) {
      const { state, value, isDamaged } = await this.read(request);
      if (isDamaged && !isDamageKnown) await this.report(request);
      isDamageKnown ||= isDamaged;
      const verdict = failed === undefined ? judge(state, request) : afterFailure(state, request);
      if (verdict.kind === 'use') {
        if (verdict.renews === true) this.renew(request, state);
        return { version: state.version, value, expiresInMs: state.remainingMs, validForMs: verdict.validForMs };
      }
      if (verdict.kind === 'fail') throw failed ?? remembered(state);
      if (performance.now() > giveUpAt)
        throw leaseUnavailable({}, { detail: 'The token endpoint is being asked, and it takes too long.' });
      failed = verdict.kind === 'wait' ? await this.wait(request) : await this.join(request, state, verdict.trigger);
    }
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
  private renew(request: GrantRequest, state: GrantState): void {
    this.join(request, state, 'expiry').catch(() => undefined);
  }

  /** Joins the attempt of this process for the same grant, or makes one. */
  private join(request: GrantRequest, state: GrantState, trigger: Trigger): Promise<Problem | undefined> {
    return this.flying.run(nameOf(request), () => this.flights.fly(request, state, trigger));
  }

  /** Until this process's own attempt has ended, or for a moment when it is another process's. */
  private async wait(request: GrantRequest): Promise<Problem | undefined> {
    const own = this.flying.current(nameOf(request));
    if (own !== undefined) return own;
    await pause(lookEveryMs * (0.5 + Math.random()));
    return undefined;
  }
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

const remembered = ({ problem }: GrantState): Problem =>
  problem === null ? tokenEndpointFailed({}) : problemFromWire(problem);
