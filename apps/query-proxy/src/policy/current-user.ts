import { externalIdentifierOf, parseMetadata, type Principal } from '@pontage/contracts';
import type { Json } from '@pontage/templates';
import type { Policy } from './policy.js';

/**
 * `current_user` as templates see it: always from the session or token, or whom the token's holder acts for, never from the
 * query's own words.
 * @param runsIn the environment of the query
 */
export function currentUser(policy: Policy, org: string, principal: Principal, runsIn: string): Json {
  if (principal.type === 'member') {
    const groups = policy.groups(org, principal.groupIds ?? []).map(({ id, group }) => ({ id, name: group.name }));
    return { type: 'member', id: principal.id, name: principal.display, email: principal.email, groups, metadata: {} };
  }
  if (principal.type !== 'external') {
    const user = externalIdentifierOf(principal);
    if (user !== null) return userOf(user, runsIn);
    return { type: principal.type, id: principal.id, name: principal.display, groups: [], metadata: {} };
  }
  const { externalIdentifier, environment, groupIds, metadataJson } = principal;
  const { email, firstName, lastName } = principal.userInfo;
  return {
    ...userOf(externalIdentifier, environment),
    email: email ?? null,
    firstName: firstName ?? null,
    lastName: lastName ?? null,
    groups: policy.groups(org, groupIds).map(({ id, group }) => ({ id, name: group.name })),
    metadata: parseMetadata(metadataJson),
  };
}

/** An external user of whom nothing is known but who it is: outside a session nobody has said more. */
const userOf = (externalIdentifier: string, environment: string) => ({
  type: 'external',
  id: externalIdentifier,
  externalIdentifier,
  email: null,
  firstName: null,
  lastName: null,
  environment,
  groups: [],
  metadata: {},
});
