import type { Caller } from '@pontage/contracts';
import type { Work } from '@pontage/persistence';
import type { Problem } from '@pontage/problems';
import { occurred, type Happening } from '../occurrence/occurred.js';
import type { GrantRequest } from './grant-request.js';
import type { GrantState, Trigger } from './grant-state.js';

/** Tells that a grant was obtained: the first one, or the next, and that it had been failing if it had. */
export async function tellOfLanding(
  work: Work,
  request: GrantRequest,
  { version, failures }: GrantState,
  trigger: Trigger,
  expiresAt: Date | null,
): Promise<void> {
  const fact = { ...factOf(request), trigger, expiresAt: expiresAt?.toISOString() ?? null };
  await occurred(work, { ...fact, type: version === 0 ? 'grant.issued' : 'grant.refreshed' });
  if (failures > 0) await occurred(work, { ...fact, type: 'grant.recovered' });
}

/** Tells that no grant could be obtained: when that begins, not each time. */
export async function tellOfCrash(
  work: Work,
  request: GrantRequest,
  { input, sealed, remainingMs, failures }: GrantState,
  trigger: Trigger,
  { slug, detail }: Problem,
): Promise<void> {
  if (failures > 0) return;
  // The grant that is there stays good, unless it belongs to another input.
  const left =
    sealed !== null && input === request.input && remainingMs !== null && remainingMs > 0 ? remainingMs : null;
  const expiresAt = left === null ? null : new Date(Date.now() + left).toISOString();
  await occurred(work, {
    ...factOf(request),
    type: 'grant.failing',
    trigger,
    problem: slug,
    detail: detail ?? null,
    expiresAt,
  });
}

const factOf = ({ call, resourceId, credentialId, environment, region, owner }: GrantRequest) =>
  ({ call, resourceId, credentialId, environment, region, serves: servedBy(owner) }) satisfies Partial<Happening>;

/** Whom a grant serves, as events have it. */
export const servedBy = (owner: Caller | undefined): 'everyone' | Pick<Caller, 'kind' | 'id'> =>
  owner === undefined ? 'everyone' : { kind: owner.kind, id: owner.id };
