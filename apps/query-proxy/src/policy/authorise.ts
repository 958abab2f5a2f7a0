import { holdsScope, type Principal } from '@pontage/contracts';
import { missingScope, notFound, stalePolicy } from '@pontage/problems';
import type { Policy } from './policy.js';
import type { ResourceSnapshot } from './resource-index.js';

/**
 * Lets a principal use a resource directly: a token with `queries:run`, and with a group that may use the resource
 * when the token is restricted to groups.
 * @throws Problem `missing-scope`; `not-found` for what the principal may not know of.
 */
export function authoriseResource(policy: Policy, org: string, principal: Principal, resource: ResourceSnapshot): void {
  requireRun(principal);
  if (principal.type === 'external') throw notFound({});
  if (principal.type === 'service' || principal.groupIds === null) return;
  const allowed = policy
    .groups(org, principal.groupIds)
    .some(({ group }) => group.allResources !== 'none' || group.resources[resource.id] !== undefined);
  if (!allowed) throw notFound({});
}

/**
 * Lets a principal run an app's saved queries: an external user those of his session's app, as long as one of his
 * groups may use it; a token like a resource's.
 * @throws Problem `missing-scope`, `not-found`; `stale-policy` when a revocation might not have been heard.
 */
export function authoriseApp(policy: Policy, org: string, principal: Principal, app: string): void {
  if (principal.type === 'external') {
    if (!policy.isFresh()) throw stalePolicy({});
    if (principal.app !== app || !groupsMayUse(policy, org, principal.groupIds, app)) throw notFound({});
    return;
  }
  requireRun(principal);
  if (principal.type === 'token' && principal.groupIds !== null && !groupsMayUse(policy, org, principal.groupIds, app))
    throw notFound({});
}

function requireRun(principal: Principal): void {
  if (principal.type === 'token' && !holdsScope(principal, 'queries:run')) throw missingScope({ scope: 'queries:run' });
}

function groupsMayUse(policy: Policy, org: string, ids: readonly number[], app: string): boolean {
  return policy.groups(org, ids).some(({ group }) => group.allApps !== 'none' || group.apps[app] !== undefined);
}
