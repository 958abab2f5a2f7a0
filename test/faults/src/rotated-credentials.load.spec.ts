import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { figure, startPontage, type Pontage } from '@pontage/testkit';
import pg from 'pg';
import { keyIdOf, RotatingUpstream, type Secrets } from './rotating-upstream.js';
import { kill, replaced } from './signal-process.js';
import { steadily } from './steadily.js';

const perSecond = 50;
const pair = (): Secrets => ({ old: `canary-${randomUUID()}`, new: `canary-${randomUUID()}` });
const secrets = { basic: pair(), bearer: pair(), 'api-key': pair(), oauth2: pair(), aws: pair() };
type Door = keyof typeof secrets;
const doors = Object.keys(secrets) as Door[];
const canaries = Object.values(secrets).flatMap((each) => [each.old, each.new]);

let upstream: RotatingUpstream;
let pontage: Pontage;
const ids = new Map<Door, string>();

const authentication: Record<Door, object> = {
  basic: { method: 'basic', username: 'user', password: secrets.basic.old },
  bearer: { method: 'bearer', token: secrets.bearer.old },
  'api-key': { method: 'api-key', name: 'X-Key', value: secrets['api-key'].old },
  oauth2: {
    method: 'oauth2',
    grant: 'client_credentials',
    clientId: 'client',
    clientSecret: secrets.oauth2.old,
  },
  aws: {
    method: 'aws-sigv4',
    region: 'eu-central-1',
    service: 'execute-api',
    accessKeyId: keyIdOf('old'),
    secretAccessKey: secrets.aws.old,
  },
};
const rotated = (door: Door, secret: string): object => {
  const fields: Record<Door, object> = {
    basic: { password: secret },
    bearer: { token: secret },
    'api-key': { value: secret },
    oauth2: { clientSecret: secret },
    aws: { secretAccessKey: secret, accessKeyId: keyIdOf('new') },
  };
  return fields[door];
};

interface Told {
  /** Of an answer to a query: the upstream's. */
  readonly status?: number;
  readonly code?: string;
  readonly stage?: string;
  readonly detail?: string;
  readonly version?: number;
  readonly credentials?: { rotatedAt: string; settlingSince?: string | null }[];
  readonly authentication?: { accessKeyId?: string };
}

async function ask(method: string, path: string, json?: object): Promise<{ status: number; json: Told }> {
  const answer = await pontage.fetch(path, { method, ...(json === undefined ? {} : { json }) });
  return { status: answer.status, json: (await answer.json()) as Told };
}

const rotate = (door: Door, secret: string) =>
  ask('POST', `/api/v1/resources/${ids.get(door)}/auth/rotate`, rotated(door, secret));

/**
 * Rotates, and again while the upstream's answer says that the server which was asked does not know the secret yet. A machine that
 * is late may have done what it could not tell in time.
 */
async function rotateTo(door: Door, secret: string): Promise<void> {
  const told: string[] = [];
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(250)) {
    const { status, json } = await rotate(door, secret);
    if (status === 200) return;
    told.push(`${status} ${json.code} ${json.stage ?? ''} ${json.detail ?? ''}`);
    if (json.code === 'rotation-settling' && told.some((each) => each.startsWith('503'))) return;
  }
  throw new Error(`${door} is not rotated: ${[...new Set(told)].join('; ')}`);
}

const read = async (door: Door): Promise<Told> => (await ask('GET', `/api/v1/resources/${ids.get(door)}`)).json;

/** What went wrong with one query; undefined: the upstream has taken it. */
async function failureOf(door: Door): Promise<string | undefined> {
  try {
    const path = `/api/v1/resources/${ids.get(door)}/query`;
    const { status, json } = await ask('POST', path, { path: '/things' });
    return status === 200 && json.status === 200 ? undefined : `${door}: ${json.code ?? `upstream ${json.status}`}`;
  } catch (error) {
    return `${door}: ${String(error)}`;
  }
}

/** Queries at an even pace through all doors while `work` is done. */
async function underLoad(what: string, work: () => Promise<void>): Promise<string[]> {
  let turn = 0;
  const next = () => failureOf(doors[turn++ % doors.length] ?? 'basic');
  const working = work();
  const ran = await steadily(perSecond, next, working);
  await working;
  const failures = ran.filter((failure) => failure !== undefined);
  figure(`${what}: ${ran.length} queries asked, ${failures.length} failed ${[...new Set(failures)].join(', ')}`);
  return failures;
}

async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<void> {
  for (const deadline = performance.now() + withinMs; !(await isSo()); await sleep(250))
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${isSo.toString()}`);
}

async function sql<T extends object>(text: string, parameters: unknown[] = []): Promise<T[]> {
  const client = new pg.Client(pontage.processes().databaseUrl);
  await client.connect();
  try {
    return (await client.query<T>(text, parameters)).rows;
  } finally {
    await client.end();
  }
}

const said: string[] = [];

beforeAll(async () => {
  upstream = await RotatingUpstream.start(secrets);
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
  for (const door of doors) {
    const given =
      door === 'oauth2' ? { ...authentication.oauth2, tokenUrl: `${upstream.url}/token` } : authentication[door];
    // What is measured here is who is refused, and not how quick a machine is that has much to do.
    const json = { name: door, baseUrl: `${upstream.url}/${door}`, timeoutMs: 30_000, authentication: given };
    const saved = await pontage.fetch('/api/v1/resources', { method: 'POST', json });
    if (saved.status !== 201) throw new Error(await saved.text());
    ids.set(door, ((await saved.json()) as { id: string }).id);
  }
  const { host, username, password } = new URL(pontage.processes().natsUrl);
  const tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
  tap.subscribe('>', {
    callback: (_, message) => void said.push(`${message.subject} ${Buffer.from(message.data).toString('latin1')}`),
  });
  await tap.flush();
}, 150_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.[Symbol.asyncDispose]();
}, 30_000);

it('rotates credentials under 50 queries a second, of which none fails', async () => {
  const before = await sql<{ id: string }>('SELECT id FROM auth_broker.credential');
  expect(before).toHaveLength(doors.length);
  const failures = await underLoad('rotation', async () => {
    await sleep(1_000);
    // The upstream does not know the new ones yet, and knows a wrong one never.
    for (const door of doors) {
      const versionBefore = (await read(door)).version;
      const refused = await rotate(door, secrets[door].new);
      expect([door, refused.status, refused.json]).toEqual([
        door,
        422,
        expect.objectContaining({ code: 'new-secret-rejected', stage: 'authenticate' }),
      ]);
      expect((await read(door)).version).toBe(versionBefore);
    }
    upstream.takes = 'spreading';
    const wrong = await rotate('bearer', `wrong-${randomUUID()}`);
    expect(wrong.json.code).toBe('new-secret-rejected');
    for (const door of doors) {
      // Each of the test's questions may meet the server that does not know it yet.
      await rotateTo(door, secrets[door].new);
      const { credentials, version } = await read(door);
      expect([door, version, credentials?.[0]?.settlingSince]).toEqual([door, 2, expect.any(String)]);
      const again = await rotate(door, secrets[door].new);
      expect([door, again.status, again.json.code]).toEqual([door, 409, 'rotation-settling']);
    }
    expect((await read('aws')).authentication?.accessKeyId).toBe(keyIdOf('new'));
    await sleep(2_000);
    const broker = pontage.processOf('auth-broker');
    kill(broker);
    await replaced(pontage, broker);
    await sleep(2_000);
    upstream.takes = 'both';
    for (const door of doors)
      await until(async () => (await read(door)).credentials?.[0]?.settlingSince === null, 100_000);
    upstream.takes = 'new';
    await sleep(3_000);
  });
  expect(failures).toEqual([]);

  const kept = await sql<{ id: string }>('SELECT id FROM auth_broker.credential');
  expect(kept).toHaveLength(doors.length);
  const old = new Set(before.map(({ id }) => id));
  expect(kept.filter(({ id }) => old.has(id))).toEqual([]);
  for (const door of doors) expect([door, upstream.seen[door]?.taken ?? 0]).toEqual([door, expect.any(Number)]);
}, 240_000);

it('says nothing of a secret, in answers, on the record, in logs or on the bus, and says what was done', async () => {
  const actions = ['credential.rotated', 'credential.retired'];
  for (const action of actions) {
    const counted = async (): Promise<number> => {
      const answer = await pontage.fetch(`/api/v1/audit-events?action=${action}&limit=200`);
      return ((await answer.json()) as { data: unknown[] }).data.length;
    };
    await until(async () => (await counted()) === doors.length, 15_000);
  }
  const tables = await sql<{ schema: string; name: string }>(
    `SELECT schemaname AS schema, tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const rows: string[] = [];
  for (const { schema, name } of tables)
    rows.push(
      ...(await sql<{ text: string }>(`SELECT t::text AS text FROM "${schema}"."${name}" t`)).map(({ text }) => text),
    );
  const reads = await Promise.all(doors.map(async (door) => JSON.stringify(await read(door))));
  const everything = [...said, ...rows, ...reads, pontage.output()].join('\n');
  const forms = canaries.flatMap((each) => [each, Buffer.from(each).toString('base64').replaceAll('=', '')]);
  expect(everything.length).toBeGreaterThan(100_000);
  expect(forms.filter((each) => everything.includes(each))).toEqual([]);
});

it('brings no retired secret back when the resource is rolled back', async () => {
  const { status, json } = await ask('POST', `/api/v1/resources/${ids.get('basic')}/rollback`, { version: 1 });
  expect([status, json.version]).toEqual([200, 3]);
  expect(await failureOf('basic')).toBeUndefined();
});

it('goes on after a query-proxy was killed while a rotation settles', async () => {
  const later = `canary-${randomUUID()}`;
  Object.assign(secrets.bearer, { old: secrets.bearer.new, new: later });
  upstream.takes = 'spreading';
  // The doors that are not rotated again know their newest secret only as the new one.
  let killedAt = Infinity;
  const failures = await underLoadOf('bearer', async () => {
    await rotateTo('bearer', later);
    await sleep(1_000);
    const proxy = pontage.processOf('query-proxy');
    kill(proxy);
    killedAt = performance.now();
    await replaced(pontage, proxy);
    await sleep(3_000);
  });
  // What was in the hands of the process that was killed is told so, or what the upstream said to its first attempt; of what was
  // asked afterwards nothing is refused by the upstream.
  const isTold = ({ failure, begunAt }: Failure): boolean =>
    /unavailable|dispatch-lost|overloaded/.test(failure) || begunAt <= killedAt;
  expect(failures.filter((each) => !isTold(each))).toEqual([]);
}, 150_000);

interface Failure {
  readonly failure: string;
  readonly begunAt: number;
}

async function underLoadOf(door: Door, work: () => Promise<void>): Promise<Failure[]> {
  const working = work();
  const asked = async () => {
    const begunAt = performance.now();
    return { failure: await failureOf(door), begunAt };
  };
  const ran = await steadily(perSecond, asked, working);
  await working;
  const failures = ran.flatMap(({ failure, begunAt }) => (failure === undefined ? [] : [{ failure, begunAt }]));
  const told = [...new Set(failures.map(({ failure }) => failure))];
  figure(`kill -9 query-proxy: ${ran.length} queries asked, ${failures.length} failed ${told.join(', ')}`);
  return failures;
}
