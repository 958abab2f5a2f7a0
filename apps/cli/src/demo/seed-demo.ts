import { writePrivately } from '@pontage/backends';
import type { App, Group, Resource } from '@pontage/contracts/resource-registry';
import { existsSync, readFileSync } from 'node:fs';
import { PontageClient } from '../client/pontage-client.js';
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
const tokenScopes = [
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
  const app = await found<App>(admin, '/api/v1/apps', ({ name }) => name === appName, {
    name: appName,
    description: 'What customers of the orders API see of their own orders.',
  });
  await seedQuery(admin, app.uuid);
  const group = await found<Group>(admin, '/api/v1/groups', ({ name }) => name === groupName, { name: groupName });
  if (!group.apps.some(({ app: uuid }) => uuid === app.uuid)) {
    await admin.send('PUT', `/api/v1/groups/${group.id}/apps/${app.uuid}`, { body: { access: 'use' } });
  }
  if (!group.resources.some((granted) => granted.resource === resource.id)) {
    await admin.send('PUT', `/api/v1/groups/${group.id}/resources/${resource.id}`, { body: { access: 'use' } });
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
  const resource = await found<Resource>(admin, '/api/v1/resources', ({ name }) => name === resourceName, {
    name: resourceName,
    description,
    ...settings,
  });
  // Its port was taken by somebody else since: it moved, and its secret goes with it.
  if (resource.baseUrl === baseUrl) return resource;
  return admin.send('PATCH', `/api/v1/resources/${resource.id}`, { body: settings });
}

async function seedQuery(admin: PontageClient, app: string): Promise<void> {
  const path = `/api/v1/apps/${app}/queries`;
  for await (const { name } of admin.list<{ name: string }>(path)) if (name === 'orders.list') return;
  await admin.send('PUT', `${path}/orders.list`, {
    body: {
      resource: resourceName,
      request: { method: 'GET', path: '/orders', urlParams: [['storeId', '{{ current_user.metadata.storeId }}']] },
    },
  });
}

async function seedToken(admin: PontageClient, file: string): Promise<string> {
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  if (kept !== undefined && (await new PontageClient(admin.url, kept).ask('GET', '/api/v1/apps?limit=1')).ok)
    return kept;
  const { token } = await admin.send<{ token: string }>('POST', '/api/v1/tokens', {
    body: { name: 'Customer portal backend', description: 'Made by the demo.', scopes: tokenScopes },
  });
  writePrivately(file, `${token}\n`);
  return token;
}

/** The one of a list that is meant, made if it is not there. */
async function found<T>(admin: PontageClient, path: string, isMeant: (each: T) => boolean, draft: object): Promise<T> {
  for await (const each of admin.list<T>(path)) if (isMeant(each)) return each;
  return admin.send('POST', path, { body: draft });
}
