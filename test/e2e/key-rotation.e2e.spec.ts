import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { removeTestFolder, startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { runQuery } from './src/save-resource.js';
import { startTokenUpstream, tokenOf, type TokenUpstream } from './src/upstreams/token-upstream.js';

const resourceCount = 400;
const setSize = 100;
const perSecond = 50;
const shortestLoadMs = 10_000;
const doors = Array.from({ length: resourceCount }, (_, index) => `door-${index}`);
const command = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'bin', 'pontage.mjs');

let upstream: TokenUpstream;
let pontage: Pontage;
const start = (dataDir?: string): Promise<Pontage> =>
  startPontage({
    keepDataDir: true,
    env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` },
    ...(dataDir === undefined ? {} : { dataDir }),
  });

beforeAll(async () => {
  upstream = await startTokenUpstream();
  pontage = await start();
  const resources = doors.map((name) => ({
    name,
    baseUrl: `${upstream.url}/${name}`,
    authentication: { method: 'bearer', token: tokenOf(name) },
  }));
  const sets = Array.from({ length: resourceCount / setSize }, (_, index) => index * setSize);
  await Promise.all(sets.map((from) => apply(resources.slice(from, from + setSize))));
}, 150_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.[Symbol.asyncDispose]();
  if (pontage !== undefined) removeTestFolder(pontage.dataDir);
}, 30_000);

/** Applying is safe to repeat, and on a machine that has much to do a part of it may be late. */
async function apply(resources: readonly object[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { status, json } = await ask(pontage, 'POST', '/api/v1/resources/apply', { resources });
    if (status === 200) return;
    if (status !== 503 || tries === 5) throw new Error(JSON.stringify(json));
  }
}

/** What went wrong with a query of a resource; undefined: the upstream has taken its secret. */
async function failureOf(name: string): Promise<string | undefined> {
  try {
    const { status, json } = await runQuery(pontage, name);
    return status === 200 && json.status === 200 ? undefined : `${name}: ${status} ${JSON.stringify(json)}`;
  } catch (error) {
    return `${name}: ${String(error)}`;
  }
}

/** Begins so many queries a second, round and round, however long each takes, until it is told to end. */
class Load {
  private readonly failures: string[] = [];
  private readonly running = new Set<Promise<void>>();
  private count = 0;
  private readonly since = performance.now();
  private readonly timer = setInterval(() => this.catchUp(), 1_000 / perSecond);

  get forMs(): number {
    return performance.now() - this.since;
  }

  async end(): Promise<{ readonly count: number; readonly failures: readonly string[] }> {
    clearInterval(this.timer);
    await Promise.all(this.running);
    return { count: this.count, failures: this.failures };
  }

  private catchUp(): void {
    for (; this.count < (this.forMs / 1_000) * perSecond; this.count += 1) {
      const query = failureOf(doors[this.count % doors.length] ?? '').then((failure) => {
        if (failure !== undefined) this.failures.push(failure);
        this.running.delete(query);
      });
      this.running.add(query);
    }
  }
}

/** Runs `pontage keys …`. */
const keys = (args: readonly string[]) =>
  new Promise<{ code: number; stdout: string }>((resolve) => {
    const env = { PATH: process.env.PATH, PONTAGE_URL: pontage.url, PONTAGE_TOKEN: pontage.adminToken };
    execFile(process.execPath, [command, 'keys', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout: `${stdout}${stderr}` }),
    );
  });

it('rotates keys under 50 queries a second, of which none fails, and the old key is not needed any more (promise 10)', async () => {
  const keyFile = join(pontage.dataDir, 'master-key');
  const [oldKey = ''] = readFileSync(keyFile, 'utf8').split(':');
  const load = new Load();
  await sleep(1_000);
  const rotated = await keys(['rotate', '--add', keyFile, '--data']);
  const rotatedAfterMs = load.forMs;
  // Some queries come after it, too.
  await sleep(Math.max(shortestLoadMs - rotatedAfterMs, 1_000));
  const { count, failures } = await load.end();

  const { json: status } = await ask<{ data: { id: string; current: boolean; records: number }[] }>(
    pontage,
    'GET',
    '/api/v1/keys',
  );
  const [current] = status.data;
  console.log(`promise 10: ${count} queries, ${failures.length} failed, ${current?.records} records under the new key`);
  expect([rotated.code, rotated.stdout]).toEqual([0, expect.stringMatching(/records under new data keys until/)]);
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThanOrEqual((shortestLoadMs / 1_000) * perSecond * 0.9);
  expect(current).toMatchObject({ current: true });
  expect(current?.id).not.toBe(oldKey);
  expect(current?.records).toBeGreaterThanOrEqual(resourceCount);
  expect(status.data.find(({ id }) => id === oldKey)).toMatchObject({ records: 0 });

  await pontage.stop();
  const lines = readFileSync(keyFile, 'utf8').split('\n');
  writeFileSync(keyFile, lines.filter((line) => !line.startsWith(`${oldKey}:`)).join('\n'));
  pontage = await start(pontage.dataDir);
  upstream.seen.right = 0;
  const broken: string[] = [];
  for (let from = 0; from < doors.length; from += 10) {
    const some = await Promise.all(doors.slice(from, from + 10).map(failureOf));
    broken.push(...some.filter((failure) => failure !== undefined));
  }
  expect(broken).toEqual([]);
  expect(upstream.seen).toEqual({ right: resourceCount, wrong: 0 });
}, 120_000);
