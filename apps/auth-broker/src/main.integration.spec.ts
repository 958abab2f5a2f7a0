import { fork, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BrokerStack, callOf, newKey } from './broker.fixture.js';
import { TokenEndpoint } from './grant/token-endpoint.fixture.js';
import { schema } from './settings.js';

/** The processes as they run in production, from their builds. */
const entryOf = (app: string): string => fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));
let stack: BrokerStack;
const children: ChildProcess[] = [];

beforeAll(async () => {
  stack = await BrokerStack.start();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await stack[Symbol.asyncDispose]();
});

interface Outcome {
  readonly code: number | null;
  readonly log: string;
}

function start(env: Record<string, string>, app = 'auth-broker'): { child: ChildProcess; ended: Promise<Outcome> } {
  const user = env.PONTAGE_REGION === undefined ? app : `egress-${env.PONTAGE_REGION}`;
  const child = fork(entryOf(app), {
    silent: true,
    execArgv: ['--import', `data:text/javascript,${encodeURIComponent(goOutWhenTold)}`],
    env: {
      PATH: process.env.PATH,
      PONTAGE_NATS_URL: stack.stack.nats.url,
      PONTAGE_NATS_PASSWORD: stack.stack.natsPassword(user),
      PONTAGE_DATABASE_URL: stack.stack.databaseUrl(schema),
      ...env,
    },
  });
  children.push(child);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<Outcome>((resolve) => child.once('exit', (code) => resolve({ code, log })));
  return { child, ended };
}

/** What somebody might do who got code into the process. */
const goOutWhenTold = `process.on('message', (url) => fetch(url).then(() => 'reached', (error) => String(error.cause)).then((outcome) => process.send({ outcome })))`;
const messageOf = <T>(child: ChildProcess): Promise<T> => new Promise((resolve) => child.once('message', resolve));

describe('the auth broker as a process', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['without a master key', {}, /a master key is needed/],
    ['with the key of an example', { PONTAGE_MASTER_KEY: `k1:${Buffer.alloc(32).toString('base64')}` }, /default/],
    ['with a key that is too short', { PONTAGE_MASTER_KEY: 'k1:c2hvcnQ=' }, /5 bytes/],
    ['with a key file that is not there', { PONTAGE_MASTER_KEY_FILE: '/does/not/exist' }, /ENOENT/],
  ])('does not start %s', async (_, env, said) => {
    const { code, log } = await start(env).ended;
    expect(code).toBe(1);
    expect(log).toMatch(said);
  });

  it('does not start as somebody whom row-level security does not bind', async () => {
    const url = new URL(stack.stack.postgres.superuserUrl);
    url.pathname = '/pontage';
    const { code, log } = await start({ PONTAGE_MASTER_KEY: newKey('k1'), PONTAGE_DATABASE_URL: url.href }).ended;
    expect(code).toBe(1);
    expect(log).toMatch(/superuser/);
  });

  it('gets ready, opens no socket but to NATS and PostgreSQL, and ends when told', async () => {
    let connections = 0;
    const outside = createServer((socket) => void ((connections += 1), socket.destroy()));
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
    const { child, ended } = start({ PONTAGE_MASTER_KEY: newKey('k1') });
    const { ready, health } = await messageOf<{ ready: boolean; health: string }>(child);
    expect(ready).toBe(true);
    expect((await fetch(`${health}/readyz`)).status).toBe(200);

    const { port } = outside.address() as AddressInfo;
    const answered = messageOf<{ outcome: string }>(child);
    child.send(`http://127.0.0.1:${port}/`);
    expect((await answered).outcome).toMatch(/OutboundRefused/);
    expect(connections).toBe(0);

    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    outside.close();
  });

  it('asks token endpoints through the egress worker of the region, under its policy and unseen on the bus', async () => {
    await using endpoint = await TokenEndpoint.start();
    await using forbidden = await TokenEndpoint.start();
    const allow = endpoint.origin.replace('http://', '');
    const worker = start({ PONTAGE_REGION: 'us-west-2', PONTAGE_EGRESS_ALLOW: allow }, 'egress-worker');
    const broker = start({ PONTAGE_MASTER_KEY: newKey('k1') });
    await Promise.all([messageOf(worker.child), messageOf(broker.child)]);

    const call = callOf();
    const of = await stack.credential(endpoint.authentication(), call);
    const { grant } = await stack.lease(of, call);
    expect(await endpoint.knows(grant?.value)).toBe(true);
    const { accessToken } = grant?.value as { accessToken: string };
    for (const canary of [accessToken, endpoint.clientSecret])
      expect(Buffer.concat(stack.wire).includes(canary)).toBe(false);

    const denied = await stack.credential(forbidden.authentication(), call);
    await expect(stack.lease(denied, call)).rejects.toMatchObject({ slug: 'destination-denied' });
    expect(forbidden.asked).toBe(0);

    worker.child.kill('SIGTERM');
    await worker.ended;
    const later = await stack.credential(endpoint.authentication(), call);
    await expect(stack.lease(later, call)).rejects.toMatchObject({ slug: 'region-unavailable' });

    broker.child.kill('SIGTERM');
    const { code, log } = await broker.ended;
    expect(code).toBe(0);
    expect(log).not.toContain(endpoint.clientSecret);
  });
});
