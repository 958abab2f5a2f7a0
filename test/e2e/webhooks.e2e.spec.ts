import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { isGenuine, startUpstream, WebhookReceiver, type ReceivedMessage, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';
import { startNotingTokenEndpoint, type NotingTokenEndpoint } from './src/noting-token-endpoint.js';
import { recorded } from './src/recorded.js';
import { runQuery, saveResource } from './src/save-resource.js';
import { tokenOf } from './src/tested.js';

interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly secret: string;
}
interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly state: string;
  readonly attempts: readonly { readonly status: number | null; readonly problem: string | null }[];
}

let receiver: WebhookReceiver;
let forbidden: WebhookReceiver;
let upstream: Upstream;
let tokens: NotingTokenEndpoint;
let pontage: Pontage;
let tap: NatsConnection;
const seen: Buffer[] = [];
const secrets: string[] = [];
const path = '/api/v1/webhooks';

beforeAll(async () => {
  [receiver, forbidden, upstream, tokens] = await Promise.all([
    WebhookReceiver.start(),
    WebhookReceiver.start(),
    startUpstream(),
    startNotingTokenEndpoint(),
  ]);
  const allowed = [receiver.port, upstream.port, new URL(tokens.url).port].map((port) => `127.0.0.1:${port}`);
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: allowed.join(',') } });
  const { host, username, password } = new URL(pontage.processes().natsUrl);
  tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
  tap.subscribe('>', { callback: (_, { data }) => void seen.push(Buffer.from(data)) });
  await tap.flush();
}, 90_000);
afterAll(async () => {
  await tap?.close();
  await pontage?.stop();
  await Promise.all([
    receiver?.[Symbol.asyncDispose](),
    forbidden?.[Symbol.asyncDispose](),
    upstream?.stop(),
    tokens?.[Symbol.asyncDispose](),
  ]);
}, 30_000);
beforeEach(async () => {
  const { json } = await ask<List<Webhook>>(pontage, 'GET', path);
  for (const { id } of json.data) await ask(pontage, 'DELETE', `${path}/${id}`);
  receiver.forget();
});

async function add(more: object = {}): Promise<Webhook> {
  const { status, json } = await ask<Webhook>(pontage, 'POST', path, {
    url: receiver.url,
    events: ['grant.*'],
    ...more,
  });
  if (status !== 201) throw new Error(JSON.stringify(json));
  secrets.push(json.secret);
  return json;
}
/** Something that is told: the first query of a resource obtains its grant. */
async function grantIsIssued(): Promise<string> {
  const client = { tokenUrl: tokens.url, clientId: 'client', clientSecret: 'canary-cl1ent-s3cret' };
  const authentication = { method: 'oauth2', grant: 'client_credentials', ...client };
  const { id } = await saveResource(pontage, { baseUrl: upstream.url, authentication });
  const { json } = await runQuery(pontage, id, { path: '/echo' });
  expect(json.status).toBe(200);
  return id;
}
/** The newest delivery of a webhook, once it is as wanted. */
async function delivery(id: string, isWanted: (delivery: Delivery) => boolean): Promise<Delivery> {
  for (const until = Date.now() + 15_000; ;) {
    const { json } = await ask<List<Delivery>>(pontage, 'GET', `${path}/${id}/deliveries`);
    const [newest] = json.data;
    if (newest !== undefined && isWanted(newest)) return newest;
    if (Date.now() > until) throw new Error(JSON.stringify(json));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const hasTried = ({ attempts }: Delivery) => attempts.length > 0;
const isDelivered = ({ state }: Delivery) => state === 'delivered';
const idOf = ({ headers }: ReceivedMessage) => String(headers['webhook-id']);

describe('a webhook', () => {
  it('is sent what happened, signed so that independent code and the guide’s own verify it', async () => {
    const { id, secret } = await add();
    const resource = await grantIsIssued();
    const [message] = (await receiver.has(1)) as [ReceivedMessage];
    expect(JSON.parse(message.body)).toMatchObject({
      type: 'grant.issued',
      data: { resourceId: resource, serves: 'everyone' },
    });
    const flipped = { ...message, body: message.body.replace('issued', 'issuec') };
    const old = { ...message, headers: { ...message.headers, 'webhook-timestamp': '1700000000' } };
    expect([message, flipped, old].map((each) => isGenuine(secret, each))).toEqual([true, false, false]);
    expect(guideVerifies(secret, [message, flipped, old])).toEqual([true, false, false]);
    expect(guideVerifies('whsec_AAAA', [message])).toEqual([false]);

    const delivered = await delivery(id, isDelivered);
    expect(delivered).toMatchObject({
      id: idOf(message),
      type: 'grant.issued',
      attempts: [{ status: 204, problem: null }],
    });
    const [event] = await recorded(pontage, 'grant.issued', (each) => each.resource?.id === resource);
    expect(event).toMatchObject({ id: delivered.eventId });
  });

  it('is sent the same again when somebody asks for that', async () => {
    const { id, secret } = await add();
    await grantIsIssued();
    const { id: deliveryId } = await delivery(id, isDelivered);
    const { status } = await ask(pontage, 'POST', `${path}/deliveries/${deliveryId}/replay`);
    expect(status).toBe(202);
    const [first, second] = (await receiver.has(2)) as [ReceivedMessage, ReceivedMessage];
    expect([idOf(second), second.body]).toEqual([idOf(first), first.body]);
    expect(isGenuine(secret, second)).toBe(true);
  });

  it('that is down and comes up again gets it', async () => {
    const { id, secret } = await add();
    await receiver.close();
    await grantIsIssued();
    const failed = await delivery(id, hasTried).finally(() => receiver.listen());
    expect(failed).toMatchObject({ state: 'pending', attempts: [{ status: null, problem: 'upstream-unreachable' }] });
    const [message] = (await receiver.has(1)) as [ReceivedMessage];
    expect([idOf(message), isGenuine(secret, message)]).toEqual([failed.id, true]);
  });

  it('that answers 410 is disabled', async () => {
    receiver.answering(410);
    const { id } = await add();
    await grantIsIssued();
    const { id: deliveryId } = await delivery(id, ({ state }) => state === 'failed');
    const { json } = await ask<List<Webhook>>(pontage, 'GET', path);
    expect(json.data).toEqual([expect.objectContaining({ id, enabled: false })]);
    const replayed = await ask(pontage, 'POST', `${path}/deliveries/${deliveryId}/replay`);
    expect([replayed.status, replayed.json.code]).toEqual([409, 'webhook-disabled']);
  });

  it('is not followed where it redirects to, and its answer is not kept', async () => {
    receiver.answering(302, { location: upstream.url });
    const { id } = await add();
    upstream.forget();
    await grantIsIssued();
    const tried = await delivery(id, hasTried);
    expect(tried).toMatchObject({ state: 'pending', attempts: [{ status: 302 }] });
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/echo']);
    expect(JSON.stringify(tried)).not.toContain('canary');
  });

  it('reaches no private address that the workers may not', async () => {
    const { id } = await add({ url: forbidden.url });
    await grantIsIssued();
    expect(await delivery(id, hasTried)).toMatchObject({ attempts: [{ status: null, problem: 'destination-denied' }] });
    expect(forbidden.received).toEqual([]);
  });

  it('gets the message of a broker that was killed while it sent it from the next one', async () => {
    receiver.instead = () => undefined;
    const { id } = await add();
    await grantIsIssued();
    await receiver.has(1);
    const broker = pontage.processes().processes.find(({ service }) => service === 'auth-broker');
    process.kill(broker?.pid ?? 0, 'SIGKILL');
    receiver.instead = undefined;
    const [first, second] = (await receiver.has(2, 75_000)) as [ReceivedMessage, ReceivedMessage];
    expect([idOf(second), second.body]).toEqual([idOf(first), first.body]);
    // Nobody knows of the first try: whoever made it is dead.
    expect((await delivery(id, isDelivered)).attempts).toHaveLength(1);
  }, 120_000);
});

describe('whoever asks', () => {
  it('hears what is wrong with what was given, and nothing is added', async () => {
    const given = { url: 'https://hooks.example/', events: ['*'] };
    const refused = async (more: object) => {
      const { status, json } = await ask(pontage, 'POST', path, { ...given, ...more });
      return [status, json.code, json.errors?.[0]?.pointer];
    };
    expect(await refused({ events: ['grant.*', 'grants.*'] })).toEqual([400, 'invalid-request', '/events/1']);
    expect(await refused({ events: [] })).toEqual([400, 'invalid-request', '/events']);
    expect(await refused({ url: 'https://u:p@hooks.example/' })).toEqual([400, 'invalid-request', '/url']);
    expect(await refused({ url: 'http://hooks.example/' })).toEqual([400, 'invalid-request', '/url']);
    expect(await refused({ secret: 'whsec_mine' })).toEqual([400, 'invalid-request', '/secret']);
    expect((await refused({ region: 'mars-1' })).slice(0, 2)).toEqual([400, 'unknown-region']);
    expect((await ask<List<Webhook>>(pontage, 'GET', path)).json.data).toEqual([]);
    const { id, secret: _, ...before } = await add(given);
    expect((await ask(pontage, 'PATCH', `${path}/${id}`, {})).status).toBe(400);
    expect((await ask(pontage, 'PATCH', `${path}/${id}`, { url: 'ftp://a/' })).json.errors[0]?.pointer).toBe('/url');
    expect((await ask<List<Webhook>>(pontage, 'GET', path)).json.data).toEqual([{ id, ...before }]);
  });

  it('needs the scope for it', async () => {
    const { id } = await add();
    const [reader, none] = [
      await tokenOf(pontage, { scopes: ['webhooks:read'] }),
      await tokenOf(pontage, { scopes: ['resources:read'] }),
    ];
    const statuses = async (token: string) => [
      (await ask(pontage, 'GET', path, undefined, { token })).status,
      (await ask(pontage, 'GET', `${path}/${id}/deliveries`, undefined, { token })).status,
      (await ask(pontage, 'POST', path, { url: receiver.url, events: ['*'] }, { token })).status,
      (await ask(pontage, 'PATCH', `${path}/${id}`, { enabled: false }, { token })).status,
      (await ask(pontage, 'POST', `${path}/deliveries/${id}/replay`, undefined, { token })).status,
      (await ask(pontage, 'DELETE', `${path}/${id}`, undefined, { token })).status,
    ];
    expect(await statuses(reader)).toEqual([200, 200, 403, 403, 403, 403]);
    expect(await statuses(none)).toEqual([403, 403, 403, 403, 403, 403]);
  });

  it('sees each secret once, and nobody on the bus does', async () => {
    await add();
    const { json } = await ask(pontage, 'GET', path);
    const { json: events } = await ask(pontage, 'GET', '/api/v1/audit-events?action=webhook.*&limit=200');
    const said = Buffer.concat([...seen, Buffer.from(JSON.stringify([json, events]))]);
    expect(said.includes('webhook.created')).toBe(true);
    for (const secret of secrets) {
      expect(said.includes(secret.slice('whsec_'.length, -1))).toBe(false);
      expect(said.includes(Buffer.from(secret.slice('whsec_'.length), 'base64'))).toBe(false);
    }
    expect(secrets.length).toBeGreaterThan(5);
  });
});

/** What the code that the guide shows says of each message, in a process of its own. */
function guideVerifies(secret: string, messages: readonly ReceivedMessage[]): boolean[] {
  const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'guides', 'webhooks.md'), 'utf8');
  const code = /```js\n(.*?)```/s.exec(guide)?.[1] ?? '';
  const given = JSON.stringify([secret, messages]);
  const ask = `const [secret, messages] = ${given};
    console.log(JSON.stringify(messages.map(({ headers, body }) => isGenuine(secret, headers, body))));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', `${code}\n${ask}`], { encoding: 'utf8' });
  return JSON.parse(said) as boolean[];
}
