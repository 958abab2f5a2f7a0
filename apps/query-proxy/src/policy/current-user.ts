import { parseMetadata, type Principal } from '@pontage/contracts';
import type { Json } from '@pontage/templates';
import type { Policy } from './policy.js';

/** `current_user` as templates see it: always from the session or token, never from the caller's words. */
export function currentUser(policy: Policy, org: string, principal: Principal): Json {
  if (principal.type === 'member') {
    const groups = policy.groups(org, principal.groupIds ?? []).map(({ id, group }) => ({ id, name: group.name }));
    return { type: 'member', id: principal.id, name: principal.display, email: principal.email, groups, metadata: {} };
  }
  if (principal.type !== 'external')
    return { type: principal.type, id: principal.id, name: principal.display, groups: [], metadata: {} };
  const { externalIdentifier, environment, groupIds, metadataJson } = principal;
  const { email, firstName, lastName } = principal.userInfo;
  return {
    type: 'external',
    id: externalIdentifier,
    externalIdentifier,
    email: email ?? null,
    firstName: firstName ?? null,
    lastName: lastName ?? null,
    environment,
    groups: policy.groups(org, groupIds).map(({ id, group }) => ({ id, name: group.name })),
    metadata: parseMetadata(metadataJson),
  };
}
