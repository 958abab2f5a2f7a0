import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { WebhookReceiver } from '@pontage/fixtures';
import {
  figure,
  makeTestFolder,
  OAuthProvider,
  openSignIn,
  removeTestFolder,
  startPontage,
  type Pontage,
} from '@pontage/testkit';
import { canary } from './src/canaried.js';
import { dumpRows } from './src/dump-rows.js';
import { postLogin, sessionOf, signIn } from './src/members/member.js';
import { SecretSearch } from './src/search-secrets.js';
import { WatchedTokens, type Failure } from './src/upstreams/watched-tokens.js';

let work: string;
let pontage: Pontage;
let provider: OAuthProvider;
let tokens: WatchedTokens;
let receiver: WebhookReceiver;
let upstream: Server;
let tap: NatsConnection;
const onTheBus: Buffer[] = [];
/** What was answered and is no secret's own delivery: every refusal, and every read. */
const answers: string[] = [];
const secrets = new Set<string>();
/** In clear where anybody may read it, so that a search that finds nothing is seen to search. */
const clear = canary();
let isRefusing = false;

beforeAll(async () => {
  work = await makeTestFolder();
  mkdirSync(join(work, 'tmp'));
  receiver = await WebhookReceiver.start();
  upstream = createServer(echo);
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  pontage = await startPontage({
    keepDataDir: true,
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_LOG_LEVEL: 'debug',
      PONTAGE_EGRESS_ALLOW: '127.0.0.0/8',
      TMPDIR: join(work, 'tmp'),
    },
  });
  provider = await OAuthProvider.start([`${pontage.url}/oauth/callback`]);
  tokens = new WatchedTokens(provider);
  const { host, username, password } = new URL(pontage.processes().natsUrl);
  tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
  const heard = (subject: string, data: Uint8Array) => onTheBus.push(Buffer.concat([Buffer.from(`${subject} `), data]));
  tap.subscribe('>', { callback: (_, { subject, data }) => void heard(subject, data) });
  await tap.flush();
}, 120_000);
afterAll(async () => {
  await tap?.close();
  await pontage?.stop();
  for (const each of [provider, receiver]) await each?.[Symbol.asyncDispose]();
  upstream?.closeAllConnections();
  upstream?.close();
  for (const folder of [pontage?.dataDir, work]) if (folder !== undefined) removeTestFolder(folder);
}, 60_000);

/** Repeats what it is sent, and remembers what only it and we know. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  const identity = request.headers['pontage-identity'];
  if (typeof identity === 'string') secrets.add(identity);
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const said = { url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() };
    response
      .writeHead(isRefusing ? 401 : 200, { 'content-type': 'application/json', 'x-said': String(request.url) })
      .end(JSON.stringify(said));
  });
}

const base = (): string => `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;

/** Asks, and keeps the answer when there is nothing in it that is given to its asker. */
async function ask<T>(method: string, path: string, json?: object, headers: Record<string, string> = {}): Promise<T> {
  const answer = await pontage.fetch(path, { method, headers, ...(json === undefined ? {} : { json }) });
  const text = await answer.text();
  const isEcho = answer.ok && /\/query$|^\/proxy\//.test(path);
  if (!answer.ok || (method === 'GET' && !isEcho)) answers.push(`${text} ${JSON.stringify([...answer.headers])}`);
  return (text === '' ? {} : JSON.parse(text)) as T;
}

const as = (user: string) => ({ 'pontage-user': user });

async function resource(name: string, more: object = {}, authentication: object = {}): Promise<void> {
  const saved = await ask<{ id?: string }>('POST', '/api/v1/resources', {
    name,
    description: clear,
    baseUrl: base(),
    authentication: provider.authentication({ refresh: { background: false }, ...authentication }),
    ...more,
  });
  expect(saved.id).toEqual(expect.any(String));
}

const query = (name: string, user: string, more: object = {}) =>
  ask<{ code?: string; status?: number }>(
    'POST',
    `/api/v1/resources/${name}/query`,
    { path: '/echo', ...more },
    as(user),
  );

/** Signs somebody in, and uses what is left of it where it is of no use. */
async function comesIn(name: string, user: string): Promise<void> {
  const { url } = await ask<{ url: string }>('POST', `/api/v1/resources/${name}/auth/start`, {}, as(user));
  const { location, cookie, comesBack } = await openSignIn(url);
  const callback = await provider.signIn(location, user);
  expect((await comesBack(callback)).status).toBe(200);
  for (const brought of [cookie, '', `${cookie}x`]) answers.push(await (await comesBack(callback, brought)).text());
  answers.push(await (await fetch(url, { redirect: 'manual' })).text());
  const { searchParams } = new URL(location);
  for (const secret of [
    url.split('/').at(-1),
    cookie.split('=')[1],
    searchParams.get('state'),
    searchParams.get('nonce'),
    callback.searchParams.get('code'),
  ])
    if (typeof secret === 'string') secrets.add(secret);
}

/** Members, their sessions and tokens, and a backend that asks for its users. */
async function membersComeIn(): Promise<void> {
  const [password, wrong] = [canary(), canary()];
  for (const text of [password, wrong]) secrets.add(text);
  await ask('POST', '/api/v1/members', { email: 'ada@example.com', password, role: 'admin' });
  answers.push(await (await postLogin(pontage, { email: 'ada@example.com', password: wrong })).text());
  const session = await signIn(pontage, 'ada@example.com', password);
  secrets.add(session.cookie.split('=')[1] ?? '').add(session.csrfToken);
  const again = sessionOf(await postLogin(pontage, { email: 'ada@example.com', password }, { cookie: session.cookie }));
  secrets.add(again);
  answers.push(await (await fetch(`${pontage.url}/api/v1/me`, { headers: { cookie: session.cookie } })).text());
  const { token } = await ask<{ token: string }>('POST', '/api/v1/tokens', { name: 'one', scopes: ['queries:run'] });
  secrets.add(token).add(pontage.adminToken);
}

/** Every place where a token stands, in queries, previews and checks. */
async function tokensAreUsed(): Promise<void> {
  await resource('plain', { identityHeader: { name: 'Pontage-Identity' } });
  await resource('placed', {
    headers: [['X-Token', 'OAUTH2_TOKEN']],
    urlParams: [['token', 'OAUTH2_TOKEN']],
    body: [['id', 'OAUTH2_ID_TOKEN']],
  });
  await resource('verified', {}, { verificationUrl: `${base()}/verify` });
  for (const name of ['plain', 'placed', 'verified']) {
    await comesIn(name, 'ada');
    for (const more of [{}, { method: 'POST', body: { type: 'json', value: { t: 'OAUTH2_TOKEN' } } }])
      expect((await query(name, 'ada', more)).status).toBe(200);
    answers.push(
      JSON.stringify(await ask('POST', `/api/v1/resources/${name}/preview`, { path: '/echo' }, as('ada'))),
      JSON.stringify(await ask('POST', `/api/v1/resources/${name}/test`, {}, as('ada'))),
    );
    await pontage.fetch(`/proxy/${name}/echo`, { headers: as('ada') });
    await ask('GET', `/api/v1/resources/${name}/auth`, undefined, as('ada'));
  }
  // Refused with everything repeated, refreshed, and refused again.
  isRefusing = true;
  await query('plain', 'ada');
  await query('placed', 'ada');
  await ask('GET', '/api/v1/resources/verified/auth', undefined, as('ada'));
  isRefusing = false;
}

/** Each failure of the token endpoint, while somebody signs in and while it is asked for another token. */
async function providersFail(): Promise<void> {
  const failures: Failure[] = ['invalid_grant', 'server_error', 'garbage', 'dies'];
  for (const failure of failures) {
    const name = `fails-${failure.replace('_', '-')}`;
    await resource(name);
    await comesIn(name, 'ada');
    tokens.failure = failure;
    isRefusing = true;
    await query(name, 'ada');
    isRefusing = false;
    const { url } = await ask<{ url: string }>('POST', `/api/v1/resources/${name}/auth/start`, {}, as('grace'));
    const { location, comesBack } = await openSignIn(url);
    const callback = await provider.signIn(location, 'grace');
    secrets.add(callback.searchParams.get('code') ?? '').add(callback.searchParams.get('state') ?? '');
    answers.push(await (await comesBack(callback)).text());
    await ask('DELETE', `/api/v1/resources/${name}/auth`, undefined, as('ada'));
    tokens.failure = undefined;
    await ask('GET', `/api/v1/resources/${name}/auth/timeline`, undefined, as('ada'));
  }
}

/** A webhook whose receiver repeats what it was sent, and one that nobody takes. */
async function eventsAreTold(): Promise<void> {
  receiver.instead = (response, { headers, body }) =>
    void response.writeHead(500, { 'x-said': String(headers['webhook-signature']) }).end(body);
  const hook = { url: `${receiver.url}?key=${clear}`, events: ['*'] };
  const { id, secret } = await ask<{ id: string; secret: string }>('POST', '/api/v1/webhooks', hook);
  secrets.add(secret).add(secret.replace('whsec_', ''));
  await resource('told');
  await comesIn('told', 'ada');
  await receiver.has(1);
  await ask('GET', `/api/v1/webhooks/${id}/deliveries`);
  await ask('GET', '/api/v1/webhooks');
}

/** kill -9 of the broker while a token request is on its way. */
async function brokerDies(): Promise<void> {
  await resource('cut-off');
  await comesIn('cut-off', 'ada');
  const before = provider.tokenRequests.length;
  tokens.failure = 'dies';
  isRefusing = true;
  const asking = query('cut-off', 'ada');
  while (provider.tokenRequests.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  const { pid } = pontage.processOf('auth-broker');
  process.kill(pid, 'SIGKILL');
  await asking;
  tokens.failure = undefined;
  isRefusing = false;
  while (pontage.processes().processes.every((each) => each.service !== 'auth-broker' || each.pid === pid))
    await new Promise((resolve) => setTimeout(resolve, 50));
}

it('promises 6 and 8: what people sign in with is read by nobody, on the bus, in logs, in refusals, on the disk', async () => {
  await membersComeIn();
  await tokensAreUsed();
  await providersFail();
  await eventsAreTold();
  await brokerDies();
  for (const path of [
    'audit-events?limit=200',
    'audit-events/export?format=ndjson',
    'resources?limit=200',
    'grants?limit=200',
  ])
    answers.push(await (await pontage.fetch(`/api/v1/${path}`)).text());
  await tap.flush();
  await dumpRows(pontage, join(work, 'dump.sql'));
  writeFileSync(join(work, 'output.log'), pontage.output());
  expect(await pontage.stop()).toBe(0);

  for (const secret of tokens.secrets) secrets.add(secret);
  secrets.add(provider.clientSecret);
  const wanted = [...secrets];
  expect(wanted.filter((text) => text.length < 16)).toEqual([]);
  expect(wanted.length).toBeGreaterThanOrEqual(80);
  const search = new SecretSearch([...wanted, clear]);
  const found = {
    bus: search.bytes(Buffer.concat(onTheBus), 'bus'),
    answers: search.bytes(Buffer.from(answers.join('\n')), 'answers'),
    disk: [...search.folder(pontage.dataDir), ...search.folder(work)],
  };
  const leaksIn = (hits: typeof found.bus) =>
    hits.filter(({ text, file }) => text !== clear && !file.endsWith('/admin-token'));
  const leaks = Object.entries(found).flatMap(([where, hits]) =>
    leaksIn(hits).map(({ text, form, file }) => `${where}: ${text} as ${form} in ${file}`),
  );
  figure(
    `promises 6 and 8: ${wanted.length} secrets of people, sessions and webhooks; ${onTheBus.length} messages, ${answers.length} refusals and reads, ${search.looked.files} files (logs at level debug): ${leaks.length} found`,
  );
  expect(leaks).toEqual([]);
  // The search finds what may be read.
  for (const [where, hits] of Object.entries(found))
    expect([where, hits.some(({ text }) => text === clear)]).toEqual([where, true]);
}, 180_000);
