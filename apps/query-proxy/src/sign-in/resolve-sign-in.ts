import type { Call, ExternalPrincipal } from '@pontage/contracts';
import { adHocQuery } from '@pontage/contracts/query-proxy';
import { notFound } from '@pontage/problems';
import { resolveCall, type AskedCall, type ResolvedCall } from '../call/resolve-call.js';
import { authoriseApp, noSuchResource } from '../policy/authorise.js';
import type { Policy } from '../policy/policy.js';

/** Which resource's upstream a caller signs in to. */
export interface AskedSignIn {
  readonly resource: string;
  readonly environment?: string | undefined;
}

/** What a sign-in is about: a request of the resource itself, by whoever may use it. */
export interface ResolvedSignIn {
  readonly run: AskedCall;
  readonly resolved: ResolvedCall;
}

/**
 * Finds the resource, and whether the caller may sign in to its upstream: a token that may use it, or an external user whose
 * app has a query on it, in the environment of their session.
 * @throws Problem what a query would be refused for
 */
export async function resolveSignIn(policy: Policy, asked: AskedSignIn, call: Call): Promise<ResolvedSignIn> {
  const { org, principal } = call;
  const environment = principal.type === 'external' ? principal.environment : asked.environment;
  const query = adHocQuery.parse(environment === undefined ? {} : { environment });
  const run: AskedCall = {
    org,
    principal,
    call: { kind: 'ad-hoc', resource: asked.resource, query },
    body: { kind: 'none' },
  };
  if (principal.type !== 'external') return { run, resolved: await resolveCall(policy, run) };
  await authoriseApp(policy, org, principal, principal.app);
  const found = await policy.resources.find(org, asked.resource);
  if (found === undefined || !resourcesOfApp(policy, org, principal).has(found.id))
    throw notFound({}, { detail: noSuchResource });
  // Whoever may use the app may use what it is made of.
  const asService = { ...run, principal: { type: 'service', id: 'query-proxy', display: 'query-proxy' } as const };
  return { run, resolved: await resolveCall(policy, asService) };
}

/** The ids of the resources that the saved queries of a session's app are on. */
export function resourcesOfApp(policy: Policy, org: string, { app }: ExternalPrincipal): Set<string> {
  const prefix = `${org}.${app}.`;
  const ids = new Set<string>();
  for (const [key, { resource }] of policy.queries.entries()) if (key.startsWith(prefix)) ids.add(resource);
  return ids;
}
