import type { Caller } from '@pontage/contracts';
import type { Work } from '@pontage/persistence';
import type { Problem } from '@pontage/problems';
import { occurred, type Happening } from '../occurrence/occurred.js';
import { noteOnTimeline } from '../timeline/grant-timeline.js';
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
  const lifetimeMs = expiresAt === null ? null : expiresAt.getTime() - Date.now();
  const event = version === 0 ? 'issued' : 'refreshed';
  await noteOnTimeline(work, request, { event, version: version + 1, trigger, lifetimeMs });
  if (failures > 0) await tellOfRecovery(work, request, fact, version + 1);
}

/** Tells that no grant could be obtained: on its timeline each time, to everybody else when that begins. */
export async function tellOfCrash(
  work: Work,
  request: GrantRequest,
  { version, input, sealed, remainingMs, failures }: GrantState,
  trigger: Trigger,
  { slug, detail }: Problem,
): Promise<void> {
  await noteOnTimeline(work, request, { event: 'failed', version, trigger, detail: detail ?? slug });
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

/** Tells that somebody has signed in, and what they had before is replaced. */
export async function tellOfConsent(
  work: Work,
  request: GrantRequest,
  { version, recovers }: { readonly version: number; readonly recovers: boolean },
  expiresAt: Date | null,
): Promise<void> {
  const trigger = 'consent';
  const lifetimeMs = expiresAt === null ? null : expiresAt.getTime() - Date.now();
  const fact = { ...factOf(request), trigger, expiresAt: expiresAt?.toISOString() ?? null } as const;
  await occurred(work, { ...fact, type: 'grant.issued' });
  await noteOnTimeline(work, request, { event: 'issued', version, trigger, lifetimeMs });
  if (recovers) await tellOfRecovery(work, request, fact, version);
}

/** Tells that whoever looked for what is wrong need look no more. */
async function tellOfRecovery(
  work: Work,
  request: GrantRequest,
  fact: Omit<Happening, 'type'> & { readonly trigger: Trigger | 'consent' },
  version: number,
): Promise<void> {
  await occurred(work, { ...fact, type: 'grant.recovered' });
  await noteOnTimeline(work, request, { event: 'recovered', version, trigger: fact.trigger });
}

/** Tells that a grant was forgotten. */
export async function tellOfRemoval(work: Work, request: GrantRequest, version: number): Promise<void> {
  await occurred(work, { ...factOf(request), type: 'grant.revoked' });
  await noteOnTimeline(work, request, { event: 'revoked', version });
}

/** What is told of a grant whatever happens to it. */
const factOf = ({ call, resourceId, credentialId, environment, region, owner }: GrantRequest) =>
  ({ call, resourceId, credentialId, environment, region, serves: servedBy(owner) }) satisfies Partial<Happening>;

/** Whom a grant serves, as events have it. */
export const servedBy = (owner: Caller | undefined): 'everyone' | Pick<Caller, 'kind' | 'id'> =>
  owner === undefined ? 'everyone' : { kind: owner.kind, id: owner.id };
