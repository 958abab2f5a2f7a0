import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventStream } from '@pontage/contracts/events';
import type { Upstream } from '@pontage/fixtures';
import { figure, type Pontage } from '@pontage/testkit';
import type { Effects } from './effects.js';
import { steadily } from './steadily.js';
import { PressedUpstream } from './pressed-upstream.js';
import { postgresOf } from './postgres.js';
import { resume, stop } from './signal-process.js';

/** How long the record's store hangs. */
const hangsForMs = Number(process.env.PONTAGE_TEST_DOWN_MS ?? 10_000);
/** What the promise says of an action that cannot be recorded. */
const refusedWithinMs = 5_000;

let pressed: PressedUpstream;
let upstream: Upstream;
let pontage: Pontage;
let effects: Effects;
let stopped: readonly { pid: number }[] = [];

beforeAll(async () => {
  pressed = await PressedUpstream.start();
  ({ pontage, upstream } = pressed);
  effects = await pressed.effects();
}, 90_000);
afterAll(async () => {
  for (const process of stopped) resume(process);
  await pressed?.stop();
}, 30_000);

/** Sensitive actions: each is recorded in the transaction that does it, or not done. */
const sensitive: readonly (readonly [string, string, object])[] = [
  ['POST', '/api/v1/tokens', { name: 'never made', scopes: ['queries:run'] }],
  ['POST', '/api/v1/groups', { name: 'never made' }],
  ['POST', '/api/v1/resources', { name: 'never-made', baseUrl: 'https://a.example' }],
  ['PUT', '/api/v1/config/NEVER_MADE', { environment: 'production', value: 'x' }],
];

async function refused([method, path, json]: (typeof sensitive)[number]): Promise<{ status: number; ms: number }> {
  const begun = performance.now();
  const { status } = await pontage.fetch(path, { method, json, signal: AbortSignal.timeout(20_000) });
  return { status, ms: performance.now() - begun };
}

/** Lets the stream of events take no more than it has; returns what undoes that. */
async function fillStream(): Promise<() => Promise<void>> {
  const { host, username, password } = new URL(pontage.processes().natsUrl);
  const connection = await connect({ servers: host, user: username, pass: password });
  const { streams } = await jetstreamManager(connection);
  const { config, state } = await streams.info(eventStream.name);
  await streams.update(eventStream.name, { ...config, max_msgs: state.messages });
  return async () => {
    await streams.update(eventStream.name, { ...config, max_msgs: -1 });
    await connection.close();
  };
}

describe('when the record cannot be written (promise 24)', () => {
  it('because its database hangs, sensitive actions are refused in time, and queries go on', async () => {
    expect((await effects.act()).status).toBe(200);
    stopped = postgresOf(pontage);
    for (const process of stopped) stop(process);
    const refusals = Promise.all(sensitive.map(refused));
    const acted = await steadily(20, () => effects.act(), sleep(hangsForMs));
    for (const process of stopped) resume(process);
    stopped = [];

    const answers = await refusals;
    const slowest = Math.round(Math.max(...answers.map(({ ms }) => ms)));
    const { lost, unrecorded, doubled } = await effects.accountsOf(acted);
    figure(
      `promise 24, the database hangs for ${hangsForMs / 1_000} s: ${answers.length} sensitive actions refused with ${[...new Set(answers.map(({ status }) => status))].join(', ')}, the slowest after ${slowest} ms; ${acted.length} queries, ${acted.filter(({ status }) => status !== 200).length} failed, ${lost.length + unrecorded.length} missing in the record`,
    );
    expect(answers.map(({ status }) => status)).toEqual(sensitive.map(() => 503));
    expect(slowest).toBeLessThan(refusedWithinMs);
    expect(acted.map(({ status }) => status)).toEqual(acted.map(() => 200));
    expect({ lost, unrecorded, doubled }).toEqual({ lost: [], unrecorded: [], doubled: [] });
    const tokens = (await (await pontage.fetch('/api/v1/tokens')).json()) as { data: { name: string }[] };
    expect(tokens.data.map(({ name }) => name)).not.toContain('never made');
  }, 120_000);

  it('because the stream is full, no query is sent, and all of it goes on when there is room', async () => {
    const makeRoom = await fillStream();
    const before = upstream.requests.length;
    const acted = await steadily(20, () => effects.act(), sleep(3_000));
    const sent = upstream.requests.length - before;
    await makeRoom();
    const slowest = Math.round(Math.max(...acted.map(({ ms }) => ms)));
    figure(
      `promise 24, the stream is full: ${acted.length} queries, ${acted.filter(({ code }) => code === 'audit-unavailable').length} × audit-unavailable, the slowest after ${slowest} ms; ${sent} sent upstream`,
    );
    for (const { status, code, retryAfter } of acted)
      expect([status, code, retryAfter]).toEqual([503, 'audit-unavailable', expect.any(String)]);
    expect(sent).toBe(0);
    expect(slowest).toBeLessThan(refusedWithinMs);
    const after = [await effects.act(), await effects.act()];
    expect(after.map(({ status }) => status)).toEqual([200, 200]);
    expect((await effects.accountsOf(after)).unrecorded).toEqual([]);
  }, 60_000);
});
