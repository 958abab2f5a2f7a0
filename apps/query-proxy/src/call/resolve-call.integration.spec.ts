import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '@pontage/contracts';
import { adHocQuery, type QueryCall } from '@pontage/contracts/query-proxy';
import * as buckets from '@pontage/contracts/snapshots';
import { isProblem } from '@pontage/problems';
import { SnapshotWriter } from '@pontage/snapshots';
import { startStack, type Stack } from '@pontage/testkit';
import { Policy } from '../policy/policy.js';
import { resolveCall } from './resolve-call.js';

let stack: Stack;
let policy: Policy;
let writers: readonly { readonly watch: { stop(): void } }[] = [];
const org = randomUUID();
const app = randomUUID();
const resource = randomUUID();
/** The groups of the organisation, by what they may do with the resource. */
const groupIds = { everywhere: 1, staging: 2, nothing: 3 };

beforeAll(async () => {
  stack = await startStack();
  const registry = await stack.busOf('resource-registry');
  const [organisations, permissions, resources, apps, queries, config, regions, grants] = await Promise.all([
    SnapshotWriter.open(registry, buckets.organisations),
    SnapshotWriter.open(registry, buckets.permissions),
    SnapshotWriter.open(registry, buckets.resources),
    SnapshotWriter.open(registry, buckets.apps),
    SnapshotWriter.open(registry, buckets.queries),
    SnapshotWriter.open(registry, buckets.config),
    SnapshotWriter.open(registry, buckets.regions),
    SnapshotWriter.open(await stack.busOf('auth-broker'), buckets.grants),
  ]);
  writers = [organisations, permissions, resources, apps, queries, config, regions, grants];
  const base = { name: 'g', allApps: 'use', allResources: 'none', apps: {}, resources: {} } as const;
  await Promise.all([
    organisations.put(org, {
      version: 1,
      value: {
        name: 'o',
        defaultRegion: 'eu-central-1',
        environments: ['production', 'staging'],
        embed: { allowedOrigins: [] },
        returnOrigins: [],
        openResources: true,
      },
    }),
    resources.put(`${org}.${resource}`, {
      version: 1,
      value: buckets.resources.value.parse({
        name: 'orders',
        baseUrl: 'https://a.example',
        id: resource,
        version: 1,
        credentialId: null,
        authMethod: 'none',
      }),
    }),
    permissions.put(`${org}.${groupIds.everywhere}`, {
      version: 1,
      value: { ...base, resources: { [resource]: 'use' } },
    }),
    permissions.put(`${org}.${groupIds.staging}`, {
      version: 1,
      value: { ...base, restrictedResources: { [resource]: { access: 'own', environments: ['staging'] } } },
    }),
    permissions.put(`${org}.${groupIds.nothing}`, { version: 1, value: base }),
    queries.put(`${org}.${app}.list`, {
      version: 1,
      value: buckets.queries.value.parse({
        app,
        name: 'list',
        version: 1,
        resource,
        request: {},
        params: { properties: {} },
      }),
    }),
  ]);
  policy = await Policy.open(await stack.busOf('query-proxy'));
});
afterAll(async () => {
  policy?.stop();
  for (const { watch } of writers) watch.stop();
  await stack?.[Symbol.asyncDispose]();
});

const holder = (group: keyof typeof groupIds): Principal => ({
  type: 'token',
  id: randomUUID(),
  display: 't',
  scopes: ['queries:run'],
  groupIds: [groupIds[group]],
});
const adHoc = (environment?: string): QueryCall => ({
  kind: 'ad-hoc',
  resource: 'orders',
  query: adHocQuery.parse(environment === undefined ? {} : { environment }),
});
const proxied = (environment?: string): QueryCall => ({
  kind: 'proxy',
  resource,
  method: 'GET',
  path: '/',
  headers: [],
  ...(environment === undefined ? {} : { environment }),
});
const saved: QueryCall = { kind: 'saved', app, name: 'list', params: {} };

/** The environment that a call runs in, or why it does not. */
const environmentOf = (group: keyof typeof groupIds, call: QueryCall): Promise<unknown> =>
  resolveCall(policy, { org, principal: holder(group), call, body: { kind: 'none' } }).then(
    ({ environment }) => environment,
    (error: unknown) => (isProblem(error) ? error.slug : error),
  );

describe.each([
  ['an ad-hoc query', adHoc],
  ['the proxy', proxied],
])('%s', (_, call) => {
  it('runs where a group may use the resource, and in the first environment when it names none', async () => {
    expect(await environmentOf('everywhere', call())).toBe('production');
    expect(await environmentOf('everywhere', call('staging'))).toBe('staging');
    expect(await environmentOf('staging', call('staging'))).toBe('staging');
  });

  it('is refused where no group may use the resource, be the environment named or not', async () => {
    expect(await environmentOf('staging', call())).toBe('forbidden');
    expect(await environmentOf('staging', call('production'))).toBe('forbidden');
  });

  it('tells only those who may use a resource everywhere that there is no such environment', async () => {
    expect(await environmentOf('everywhere', call('nowhere'))).toBe('invalid-request');
    expect(await environmentOf('staging', call('nowhere'))).toBe('forbidden');
    expect(await environmentOf('nothing', call('nowhere'))).toBe('not-found');
    expect(await environmentOf('nothing', call('staging'))).toBe('not-found');
  });
});

describe('a resource that one may not know of', () => {
  it('is spoken of as one that is not there', async () => {
    const said = (call: QueryCall) =>
      resolveCall(policy, { org, principal: holder('nothing'), call, body: { kind: 'none' } }).catch(
        (error: unknown) => isProblem(error) && error.toWire(),
      );
    expect(await said(adHoc())).toEqual(await said({ ...adHoc(), resource: 'no-such-thing' } as QueryCall));
  });
});

describe('a saved query', () => {
  it('is authorised by its app alone', async () => {
    expect(await environmentOf('staging', saved)).toBe('production');
    expect(await environmentOf('nothing', saved)).toBe('production');
  });
});
