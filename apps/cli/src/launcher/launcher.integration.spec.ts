import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLineOf, isAlive } from '@pontage/backends';
import { startPontage, type Pontage } from '@pontage/testkit';

/** Asks until the answer is true; a process needs its time to die and to come back. */
async function until(holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${holds.toString()}`);
    await sleep(50);
  }
}

const pidsOf = (pontage: Pontage): number[] => pontage.processes().processes.map(({ pid }) => pid);

describe('the launcher', () => {
  let pontage: Pontage;
  beforeAll(async () => {
    pontage = await startPontage({ keepDataDir: true });
  }, 90_000);
  afterAll(async () => {
    await pontage.stop();
    rmSync(pontage.dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 30_000);

  it('starts the processes of production, each of them healthy', async () => {
    const { processes } = pontage.processes();
    const services = processes.map(({ service, region }) => (region === null ? service : `${service} ${region}`));
    expect(services.sort()).toEqual(
      [
        'launcher',
        'nats',
        'postgres',
        'orders-api',
        'gateway',
        'query-proxy',
        'egress-worker us-west-2',
        'egress-worker eu-central-1',
        'resource-registry',
        'auth-broker',
        'embed-session',
        'audit-log',
      ].sort(),
    );
    for (const { health } of processes.filter((each) => each.health !== null)) {
      expect((await fetch(new URL('/readyz', health ?? ''))).status).toBe(200);
    }
  });

  it('keeps its secrets where only we can read them, and out of every command line', () => {
    for (const name of ['processes.json', 'secrets.json', 'admin-token', 'master-key', 'demo-token']) {
      expect(statSync(join(pontage.dataDir, name)).mode & 0o777).toBe(0o600);
    }
    const secrets = JSON.parse(readFileSync(join(pontage.dataDir, 'secrets.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const commandLines = pidsOf(pontage)
      .map((pid) => commandLineOf(pid))
      .join('\n');
    for (const secret of [pontage.adminToken, ...Object.values(secrets).flatMap((group) => Object.values(group))]) {
      expect(commandLines).not.toContain(secret);
    }
  });

  it.each(['gateway', 'query-proxy', 'egress-worker', 'auth-broker', 'nats', 'postgres'])(
    'starts %s again after a kill -9, says so, and queries run again',
    async (service) => {
      const { pid, region } = pontage.processOf(service);
      process.kill(pid, 'SIGKILL');
      const name = region === null ? service : `${service} (${region})`;
      await until(() =>
        new RegExp(`^${name.replaceAll(/[()]/g, '\\$&')} runs again as process`, 'm').test(pontage.output()),
      );
      expect(pontage.processOf(service, region ?? undefined).pid).not.toBe(pid);
      await until(async () => {
        const json = { method: 'GET', path: '/orders', timeoutMs: 2_000 };
        const answer = await pontage
          .fetch('/api/v1/resources/orders/query', { method: 'POST', json })
          .catch(() => undefined);
        return answer?.status === 200;
      });
    },
    30_000,
  );

  it('refuses a second launcher on the same data, and leaves the first alone', async () => {
    await expect(startPontage({ dataDir: pontage.dataDir, keepDataDir: true })).rejects.toThrow(/runs here already/);
    expect(pidsOf(pontage).every(isAlive)).toBe(true);
  });

  it('leaves no process and no pid file after SIGTERM, and finds its data again', async () => {
    const created = await pontage.fetch('/api/v1/apps', { method: 'POST', json: { name: 'Kept over a restart' } });
    expect(created.status).toBe(201);
    const pids = pidsOf(pontage);
    expect(await pontage.stop()).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    for (const name of ['processes.json', 'launcher.pid', 'nats/nats-server.pid', 'postgres/postmaster.pid']) {
      expect(existsSync(join(pontage.dataDir, name))).toBe(false);
    }
    pontage = await startPontage({ dataDir: pontage.dataDir, keepDataDir: true });
    const apps = (await (await pontage.fetch('/api/v1/apps')).json()) as { data: { name: string }[] };
    expect(apps.data.map(({ name }) => name)).toContain('Kept over a restart');
  }, 60_000);

  it('takes over from a launcher that was killed', async () => {
    const before = pontage.processes().processes;
    await pontage.kill();
    const services = before.filter(({ health }) => health !== null).map(({ pid }) => pid);
    await until(() => services.every((pid) => !isAlive(pid)));
    pontage = await startPontage({ dataDir: pontage.dataDir, keepDataDir: true });
    expect(before.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect((await pontage.fetch('/api/v1/apps')).status).toBe(200);
  }, 60_000);
});

describe('a launcher that cannot start', () => {
  it('names the port that is taken, and leaves nothing running', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await until(() => taken.listening);
    const { port } = taken.address() as AddressInfo;
    await expect(startPontage({ env: { PONTAGE_HTTP_PORT: String(port) } })).rejects.toThrow(
      new RegExp(`cannot listen on 127.0.0.1:${port}`),
    );
    await new Promise((resolve) => taken.close(resolve));
  });

  it.each([
    [
      'a master key that is a pattern',
      { PONTAGE_MASTER_KEY: `k1:${Buffer.alloc(32).toString('base64')}` },
      /auth-broker.*master key/s,
    ],
    ['a short admin token', { PONTAGE_ADMIN_TOKEN: 'admin' }, /PONTAGE_ADMIN_TOKEN/],
    ['a region that is none', { PONTAGE_REGIONS: 'Europe!' }, /PONTAGE_REGIONS/],
  ])(
    'refuses %s by name',
    async (_, env, said) => {
      await expect(startPontage({ env })).rejects.toThrow(said);
    },
    60_000,
  );
});
