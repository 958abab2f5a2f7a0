import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';
import { runQuery, saveResource } from './src/save-resource.js';
import { SecretSearch } from './src/search-secrets.js';

interface Event {
  readonly action: string;
  readonly userAgent: string | null;
  readonly actor: { readonly id: string };
  readonly data: Readonly<Record<string, unknown>>;
}

let upstream: Upstream;
let pontage: Pontage;
/** Letters and digits only, so that it can stand where a name does. */
const secret = `canary${randomBytes(16).toString('hex')}`;
let resource: string;
let app: string;

beforeAll(async () => {
  upstream = await startUpstream();
  const env = { PONTAGE_DEMO: '0', PONTAGE_LOG_LEVEL: 'debug', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` };
  pontage = await startPontage({ env });
  const saved = await saveResource(pontage, {
    baseUrl: upstream.url,
    authentication: { method: 'bearer', token: secret },
  });
  resource = saved.id;
  ({
    json: { uuid: app },
  } = await ask<{ uuid: string }>(pontage, 'POST', '/api/v1/apps', { name: 'an app' }));
  const query = { resource, request: { path: '/echo' }, params: { properties: { page: { type: 'integer' } } } };
  await ask(pontage, 'PUT', `/api/v1/apps/${app}/queries/list`, query);
  // From here on the query-proxy has the lease.
  await runQuery(pontage, resource, { path: '/status/200' });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

/** The newest events of an action, when there is one that is wanted. */
async function event(action: string, isWanted: (event: Event) => boolean): Promise<Event> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const { json } = await ask<List<Event>>(pontage, 'GET', `/api/v1/audit-events?action=${action}&limit=50`);
    const found = json.data.find(isWanted);
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`no such ${action}: ${JSON.stringify(json.data)}`);
  }
}
const exposed = (service: string, foundIn: string, field: string) =>
  event(
    'credential.exposed',
    ({ data, actor }) =>
      actor.id === service &&
      data.foundIn === foundIn &&
      data.field === field &&
      JSON.stringify(data).includes(service),
  );
const spellings = [
  (text: string) => text,
  (text: string) => Buffer.from(text).toString('base64'),
  (text: string) => encodeURIComponent(text),
];

describe('an upstream that repeats the credential', () => {
  it('is passed on byte for byte, through /query and /proxy, and the record says so', async () => {
    const { json } = await runQuery(pontage, resource, { path: '/reflect?header=authorization' });
    expect(json.body).toBe(`You said: Bearer ${secret}\n`);
    const proxied = await pontage.fetch(`/proxy/${resource}/reflect?header=authorization`);
    expect(await proxied.text()).toBe(`You said: Bearer ${secret}\n`);
    const ran = await event('query.ran', ({ data }) => data.credentialEchoed === true);
    expect(ran.data).toMatchObject({ target: `${upstream.url}/reflect`, status: 200, credentialEchoed: true });
    const quiet = await event('query.ran', ({ data }) => String(data.target).endsWith('/status/200'));
    expect(quiet.data).not.toHaveProperty('credentialEchoed');
  });
});

describe('a live credential that stands where nobody expects one', () => {
  it.each(spellings)('is masked in a problem, and told of (%#)', async (spell) => {
    const path = `/api/v1/apps/${app}/queries/list/run`;
    const { status, json } = await ask(pontage, 'POST', path, { params: { [`x ${spell(secret)}`]: 1 } });
    expect([status, json.errors]).toEqual([400, [{ pointer: '/params/x ***', detail: expect.any(String) }]]);
    await exposed('query-proxy', 'answer', 'errors.0.pointer');
  });

  it('is masked in the facts of a problem', async () => {
    const { json } = await runQuery(pontage, resource, { path: '/echo', urlParams: [['a', `{{ config.${secret} }}`]] });
    expect(json).toMatchObject({ code: 'unknown-variable', path: 'config.***' });
  });

  it.each(spellings)('is masked in the event of a query: in its target and user agent (%#)', async (spell) => {
    const text = encodeURIComponent(spell(secret));
    const answer = await pontage.fetch(`/proxy/${resource}/echo/${text}/x`, {
      headers: { 'user-agent': `ua ${text}` },
    });
    // What the caller wrote is sent as it was written.
    expect(((await answer.json()) as { target: string }).target).toBe(`/echo/${text}/x`);
    const ran = await event('query.ran', ({ userAgent }) => userAgent?.startsWith('ua ***') === true);
    expect(String(ran.data.target)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/echo\/\*\*\*[^/]*\/x$/);
    await exposed('query-proxy', 'event', 'data.target');
    await exposed('query-proxy', 'event', 'userAgent');
  });

  it("is masked in an answer of the control plane: the caller's own token, and what was sealed just now", async () => {
    const { json } = await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', {
      name: 'a token',
      scopes: ['resources:read', 'resources:write'],
    });
    const { token } = json;
    const header = `canary${randomBytes(16).toString('hex')}`;
    const settings = {
      name: 'careless',
      baseUrl: upstream.url,
      description: `curl -H "Authorization: Bearer ${token}" -H "X-Key: ${header}"`,
      headers: [['X-Key', { secret: header }]],
    };
    const made = await ask<{ description: string }>(pontage, 'POST', '/api/v1/resources', settings, { token });
    expect(made.json.description).toBe('curl -H "Authorization: Bearer ***" -H "X-Key: ***"');
    await exposed('gateway', 'answer', 'description');
  });

  it('is in no log, no event and no answer of the record', async () => {
    const search = new SecretSearch([secret]);
    const hits = search.folder(join(pontage.dataDir, 'logs')).map(({ file, form }) => `${form} in ${file}`);
    const events = await pontage.fetch('/api/v1/audit-events/export');
    hits.push(...search.bytes(Buffer.from(await events.arrayBuffer()), 'the events').map(({ file }) => file));
    process.stdout.write(
      `outbound scan: ${search.looked.files} logs and exports at debug level, ${search.looked.bytes} bytes: ${hits.length} hits\n`,
    );
    expect(hits).toEqual([]);
    expect(search.looked.files).toBeGreaterThan(6);
  });
});
