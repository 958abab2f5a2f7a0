import type { RunQuery, QueryRequest } from '@pontage/contracts/query-proxy';
import type { QueryCache, Retries } from '@pontage/contracts/resource-registry';
import { invalidRequest, notFound } from '@pontage/problems';
import type { Json } from '@pontage/templates';
import { authoriseApp, authoriseResource, noSuchResource, scopeOf } from '../policy/authorise.js';
import type { Policy } from '../policy/policy.js';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import { checkParams } from './check-params.js';
import { resolveUnsaved } from './resolve-unsaved.js';

/** What is asked, and by whom: all that a call is resolved and rendered from. */
export type AskedCall = Pick<RunQuery, 'org' | 'principal' | 'call' | 'body' | 'test'>;

/** A call after policy: which resource, which request, and in which environment. */
export interface ResolvedCall {
  /** As it is in the environment. */
  readonly resource: ResourceSnapshot;
  readonly environment: string;
  readonly app: string | null;
  /** The saved query's name, for the record. */
  readonly queryName: string | null;
  readonly timeoutMs: number;
  readonly retries: Retries;
  /** Null: it is no saved query. */
  readonly saved: { readonly version: number; readonly cache: QueryCache | null } | null;
  /** Null for the proxy, whose request is passed on and not rendered. */
  readonly request: QueryRequest | null;
  readonly params: Json;
}

/**
 * Finds what a call means and whether its caller may: the server reads the saved query again by its name, so nothing
 * that a browser says can change where it goes.
 * @throws Problem `not-found`, `missing-scope`, `forbidden`, `stale-policy`, `invalid-request`.
 */
export async function resolveCall(policy: Policy, run: AskedCall): Promise<ResolvedCall> {
  const { call, org } = run;
  if (call.kind === 'saved') return resolveSaved(policy, run, call);
  const given = call.kind === 'proxy' ? call : call.query;
  const asked = given.environment ?? defaultEnvironment(policy, org);
  const found =
    call.kind === 'unsaved' ? resolveUnsaved(run, call) : await knownResource(policy, run, call.resource, asked);
  const environment = knownEnvironment(policy, org, asked);
  const resource = withDraft(policy.resources.variantIn(found, environment), run);
  return {
    resource,
    environment,
    app: null,
    queryName: null,
    timeoutMs: given.timeoutMs ?? resource.timeoutMs,
    // A test shows what the next query would meet.
    retries: run.test === undefined ? resource.retries : never,
    saved: null,
    request: call.kind === 'proxy' ? null : call.query,
    params: call.kind === 'proxy' ? {} : call.query.params,
  };
}

/** The resource with a draft in the place of its credential. Its policy is about what callers may ask; this is its own request. */
const withDraft = (resource: ResourceSnapshot, { test }: AskedCall): ResourceSnapshot =>
  test?.draftId === undefined
    ? resource
    : { ...resource, credentialId: test.draftId, policy: { methods: [], paths: [] } };

const never: Retries = { attempts: 0, idempotencyKey: null };

async function knownResource(
  policy: Policy,
  { org, principal, test }: AskedCall,
  reference: string,
  environment: string,
): Promise<ResourceSnapshot> {
  const resource = policy.resources.get(org, reference) ?? (await policy.resources.find(org, reference));
  if (resource === undefined) throw notFound({}, { detail: noSuchResource });
  authoriseResource(policy, org, principal, resource, environment, scopeOf(test));
  return resource;
}

async function resolveSaved(
  policy: Policy,
  run: AskedCall,
  call: { app: string; name: string; params: Readonly<Record<string, unknown>> },
): Promise<ResolvedCall> {
  const { org, principal } = run;
  if (principal.type === 'external') await authoriseApp(policy, org, principal, call.app);
  const query = await policy.queries.find(`${org}.${call.app}.${call.name}`);
  if (query === undefined) throw notFound({}, { detail: 'There is no such query.' });
  if (principal.type !== 'external') await authoriseApp(policy, org, principal, call.app);
  const found = await policy.resources.find(org, query.resource);
  if (found === undefined) throw notFound({}, { detail: 'The resource of this query is gone.' });
  const asked = principal.type === 'external' ? principal.environment : query.request.environment;
  const environment = knownEnvironment(policy, org, asked ?? defaultEnvironment(policy, org));
  const resource = policy.resources.variantIn(found, environment);
  return {
    resource,
    environment,
    app: call.app,
    queryName: call.name,
    timeoutMs: query.request.timeoutMs ?? resource.timeoutMs,
    retries: query.retries ?? resource.retries,
    saved: query,
    request: query.request,
    params: checkParams(query.params, call.params),
  };
}

/** The one that calls run in which name none. */
function defaultEnvironment(policy: Policy, org: string): string {
  return organisationOf(policy, org).environments[0] ?? 'production';
}

function knownEnvironment(policy: Policy, org: string, environment: string): string {
  if (organisationOf(policy, org).environments.includes(environment)) return environment;
  throw invalidRequest(
    {},
    { errors: [{ pointer: '/environment', detail: 'The organisation has no such environment.' }] },
  );
}

function organisationOf(policy: Policy, org: string) {
  const organisation = policy.organisations.get(org);
  if (organisation === undefined) throw notFound({});
  return organisation;
}
