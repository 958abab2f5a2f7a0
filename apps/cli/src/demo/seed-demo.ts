import { writePrivately } from '@pontage/backends';
import {
  PontageClient,
  type ArgumentsOf,
  type ElementOf,
  type InputOf,
  type ListName,
  type Resource,
} from '@pontage/client';
import { existsSync, readFileSync } from 'node:fs';
import type { DemoUpstream } from '../launcher/demo-upstream.js';

/** What the demo finds set up. */
export interface DemoSeed {
  readonly app: string;
  readonly groupId: number;
  /** What the customer portal's backend calls Pontage with. */
  readonly token: string;
}

const resourceName = 'orders';
const appName = 'Customer portal';
const groupName = 'Customers';
const tokenScopes: InputOf<'createToken'>['body']['scopes'] = [
  'resources:read',
  'resources:write',
  'queries:run',
  'apps:read',
  'apps:write',
  'apps:embed',
  'groups:read',
  'sessions:read',
  'sessions:write',
  'audit:read',
  'regions:read',
];

/**
 * Sets the demo up through the public API, as far as it is not there yet: a resource behind OAuth 2.0, an app with a
 * saved query, a group that may use it, an API token (kept in `tokenFile`, 0600).
 */
export async function seedDemo(admin: PontageClient, upstream: DemoUpstream, tokenFile: string): Promise<DemoSeed> {
  const resource = await seedResource(admin, upstream);
  const description = 'What customers of the orders API see of their own orders.';
  const app =
    (await found(admin, 'listApps', ({ name }) => name === appName)) ??
    (await admin.call('createApp', { body: { name: appName, description } }));
  await seedQuery(admin, app.uuid);
  const group =
    (await found(admin, 'listGroups', ({ name }) => name === groupName)) ??
    (await admin.call('createGroup', { body: { name: groupName } }));
  if (!group.apps.some(({ app: uuid }) => uuid === app.uuid)) {
    await admin.call('setGroupApp', { path: { id: group.id, uuid: app.uuid }, body: { access: 'use' } });
  }
  if (!group.resources.some((granted) => granted.resource === resource.id)) {
    const path = { id: group.id, resourceId: resource.id };
    await admin.call('setGroupResource', { path, body: { access: 'use' } });
  }
  return { app: app.uuid, groupId: group.id, token: await seedToken(admin, tokenFile) };
}

/** How the orders API wants to be called, as a resource's authentication. */
export const ordersAuthentication = (upstream: DemoUpstream): Readonly<Record<string, unknown>> => ({
  method: 'oauth2',
  grant: 'client_credentials',
  tokenUrl: `http://127.0.0.1:${upstream.port}/oidc/token`,
  clientId: upstream.clientId,
  clientSecret: upstream.clientSecret,
  scopes: ['orders'],
});

async function seedResource(admin: PontageClient, upstream: DemoUpstream): Promise<Resource> {
  const baseUrl = `http://127.0.0.1:${upstream.port}`;
  const settings = { baseUrl, authentication: ordersAuthentication(upstream) };
  const description = 'The orders API of the demo, behind OAuth 2.0 client credentials.';
  const resource =
    (await found(admin, 'listResources', ({ name }) => name === resourceName)) ??
    (await admin.call('createResource', { body: { name: resourceName, description, ...settings } }));
  // Its port was taken by somebody else since: it moved, and its secret goes with it.
  if (resource.baseUrl === baseUrl) return resource;
  return admin.call('updateResource', { path: { id: resource.id }, body: settings });
}

async function seedQuery(admin: PontageClient, app: string): Promise<void> {
  const name = 'orders.list';
  if ((await found(admin, 'listQueries', (query) => query.name === name, { path: { uuid: app } })) !== undefined)
    return;
  await admin.call('putQuery', {
    path: { uuid: app, name },
    body: {
      resource: resourceName,
      request: { method: 'GET', path: '/orders', urlParams: [['storeId', '{{ current_user.metadata.storeId }}']] },
    },
  });
}

async function seedToken(admin: PontageClient, file: string): Promise<string> {
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  if (kept !== undefined) {
    const answer = await new PontageClient({ url: admin.url, token: kept }).request('GET', '/api/v1/apps?limit=1');
    if (answer.ok) return kept;
  }
  const { token } = await admin.call('createToken', {
    body: { name: 'Customer portal backend', description: 'Made by the demo.', scopes: tokenScopes },
  });
  writePrivately(file, `${token}\n`);
  return token;
}

/** The one of a list that is meant, if it is there. */
async function found<K extends ListName>(
  admin: PontageClient,
  list: K,
  isMeant: (each: ElementOf<K>) => boolean,
  ...input: ArgumentsOf<K>
): Promise<ElementOf<K> | undefined> {
  for await (const each of admin.all(list, ...input)) if (isMeant(each)) return each;
  return undefined;
}
