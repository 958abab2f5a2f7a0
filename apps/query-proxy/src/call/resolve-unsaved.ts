import { randomUUID } from 'node:crypto';
import { holdsScope } from '@pontage/contracts';
import type { QueryCall, RunQuery } from '@pontage/contracts/query-proxy';
import { internal, missingScope, notFound } from '@pontage/problems';
import type { ResourceSnapshot } from '../policy/resource-index.js';

type Unsaved = Extract<QueryCall, { kind: 'unsaved' }>;

/**
 * What a resource that is not saved would be to the data plane, with the broker's drafts in the place of what it keeps. There is
 * nothing yet to count against its limits.
 * @throws missingScope, notFound for whoever could not save it
 */
export function resolveUnsaved(
  { principal, test }: Pick<RunQuery, 'principal' | 'test'>,
  { settings, draftId, environmentDrafts, secretsDraftId }: Unsaved,
): ResourceSnapshot {
  // Its answer would be a query's.
  if (test === undefined) throw internal({}, { note: 'a query of a resource that is not saved' });
  if (principal.type === 'external') throw notFound({});
  if (!holdsScope(principal, 'resources:write')) throw missingScope({ scope: 'resources:write' });
  const environments = Object.entries(settings.environments).map(([name, { authentication: _, limits, ...own }]) => {
    // An environment may be called `constructor`.
    const credentialId = (Object.hasOwn(environmentDrafts, name) ? environmentDrafts[name] : undefined) ?? draftId;
    return [name, { ...own, ...(limits && { limits: uncounted(limits) }), credentialId }] as const;
  });
  return {
    ...settings,
    limits: uncounted(settings.limits),
    id: randomUUID(),
    version: 0,
    credentialId: draftId,
    authMethod: '',
    secretsId: secretsDraftId,
    environments: Object.fromEntries(environments),
  };
}

const uncounted = (limits: ResourceSnapshot['limits']): ResourceSnapshot['limits'] => ({
  ...limits,
  concurrency: null,
  perSecond: null,
});
