import { groupsOf, holdsScope, type Principal, type Scope } from '@pontage/contracts';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import { forbidden, missingScope, notFound, stalePolicy } from '@pontage/problems';
import { becomesFresh } from '@pontage/snapshots';
import type { ResolvedCall } from '../call/resolve-call.js';
import type { Policy } from './policy.js';
import type { ResourceSnapshot } from './resource-index.js';

/** What is said of a resource that is not there, or that one may not know of. */
export const noSuchResource = 'There is no such resource.';

/**
 * Lets a principal use a resource directly in an environment: a token with `queries:run` (or another scope), and with a group that may
 * use the resource there when the token is restricted to groups. Whether there is such an environment is not asked.
 * @throws Problem `missing-scope`; `not-found` for what the principal may not know of; `forbidden` for a resource that
 *   he may use in other environments only.
 */
export function authoriseResource(
  policy: Pick<Policy, 'groups'>,
  org: string,
  principal: Principal,
  { id }: Pick<ResourceSnapshot, 'id'>,
  environment: string,
  scope: Scope = 'queries:run',
): void {
  requireRun(principal, scope);
  if (principal.type === 'external') throw notFound({});
  if (principal.type === 'service' || principal.groupIds === null) return;
  if (principal.type === 'member' && principal.openResources) return;
  const groups = policy.groups(org, principal.groupIds);
  if (groups.some(({ group }) => group.allResources !== 'none' || group.resources[id] !== undefined)) return;
  const environments = groups.flatMap(({ group }) => group.restrictedResources?.[id]?.environments ?? []);
  // In the words that are said of what is not there: nobody can tell the two apart.
  if (environments.length === 0) throw notFound({}, { detail: noSuchResource });
  if (environments.includes(environment)) return;
  const only = [...new Set(environments)].sort().join(', ');
  throw forbidden({}, { detail: `The token's groups may use this resource in ${only} only.` });
}

/**
 * Lets a principal run an app's saved queries: an external user those of his session's app, as long as one of his
 * groups may use it; a token like a resource's.
 * @throws Problem `missing-scope`, `not-found`; `stale-policy` when a revocation might not have been heard.
 */
export async function authoriseApp(
  policy: Pick<Policy, 'groups' | 'isFresh'>,
  org: string,
  principal: Principal,
  app: string,
): Promise<void> {
  if (principal.type === 'external') {
    if (!(await becomesFresh(policy))) throw stalePolicy({});
    if (principal.app !== app || !groupsMayUse(policy, org, principal.groupIds, app)) throw notFound({});
    return;
  }
  requireRun(principal);
  const groups = groupsOf(principal);
  if (groups !== null && !groupsMayUse(policy, org, groups, app)) throw notFound({});
}

/**
 * Looks again at what a token has under way, by what its groups may now. Of tokens and sessions themselves the gateway hears.
 * @throws Problem that its next query would meet
 */
export function authoriseUnderWay(
  policy: Pick<Policy, 'groups'>,
  { org, principal, call, test }: Pick<RunQuery, 'org' | 'principal' | 'call' | 'test'>,
  { app, resource, environment }: Pick<ResolvedCall, 'app' | 'resource' | 'environment'>,
): void {
  const groups = groupsOf(principal);
  if (principal.type === 'external' || groups === null || call.kind === 'unsaved') return;
  if (app === null) authoriseResource(policy, org, principal, resource, environment, scopeOf(test));
  else if (!groupsMayUse(policy, org, groups, app)) throw notFound({});
}

/** True when a principal may change a resource, and with it what serves everybody who uses it. */
export function mayEdit(
  policy: Pick<Policy, 'groups'>,
  org: string,
  principal: Principal,
  { id }: Pick<ResourceSnapshot, 'id'>,
): boolean {
  if (!holdsScope(principal, 'resources:write')) return false;
  const groups = groupsOf(principal);
  if (groups === null || (principal.type === 'member' && principal.openResources)) return true;
  return policy
    .groups(org, groups)
    .some(({ group }) => editing.has(group.allResources) || editing.has(group.resources[id] ?? 'none'));
}

const editing: ReadonlySet<string> = new Set(['edit', 'own']);

/** A test of another credential is a part of changing it: the gateway has asked whether the caller may. */
export const scopeOf = (test: RunQuery['test']): Scope =>
  test?.draftId === undefined ? 'queries:run' : 'resources:write';

function requireRun(principal: Principal, scope: Scope = 'queries:run'): void {
  if (principal.type !== 'external' && !holdsScope(principal, scope)) throw missingScope({ scope });
}

function groupsMayUse(policy: Pick<Policy, 'groups'>, org: string, ids: readonly number[], app: string): boolean {
  return policy.groups(org, ids).some(({ group }) => group.allApps !== 'none' || group.apps[app] !== undefined);
}
