import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { busUser } from '@pontage/contracts/permissions';
import { downloadBlocks, startUpstream, type Upstream } from '@pontage/fixtures';
import { startStack, type Stack } from '@pontage/testkit';
import { WorkerClient } from './testing/worker-client.js';

const megabyte = 1024 * 1024;
const region = 'us-west-2';

// The process as production runs it, from what `tsc -b` has built.
describe('the process of a worker', () => {
  let stack: Stack;
  let upstream: Upstream;
  let child: ChildProcess;
  let client: WorkerClient;
  let health: string;
  let log = '';

  beforeAll(async () => {
    [stack, upstream] = await Promise.all([startStack(), startUpstream()]);
    child = fork(fileURLToPath(new URL('../dist/main.js', import.meta.url)), {
      // Nothing that a worker reads may become code.
      execArgv: ['--disallow-code-generation-from-strings'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      env: {
        PATH: process.env.PATH,
        PONTAGE_NATS_URL: stack.nats.url,
        PONTAGE_NATS_PASSWORD: stack.natsPassword(busUser('egress-worker', region)),
        PONTAGE_BUS_STRICT: '1',
        PONTAGE_REGION: region,
        PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}`,
        PONTAGE_OUTBOUND_IPS: '192.0.2.7, 192.0.2.8/30',
      },
    });
    child.stderr?.on('data', (text: Buffer) => (log += text.toString()));
    const [ready] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`exit ${code}: ${log}`))),
    ])) as [{ health: string }];
    health = ready.health;
    client = await WorkerClient.open(stack, region);
  });
  afterAll(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await client.close();
    await stack.stop();
    await upstream.stop();
  });

  const residentBytes = (what: 'VmHWM' | 'VmRSS'): number =>
    Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024;

  it('is healthy, says so, and announces the addresses it leaves from', async () => {
    for (const path of ['healthz', 'readyz', 'metrics']) expect((await fetch(`${health}/${path}`)).status).toBe(200);
    expect(client.proxy.presence.find('egress-worker', client.worker)).toMatchObject({
      region,
      outboundIps: ['192.0.2.7', '192.0.2.8/30'],
      capacity: 256,
    });
  });

  it('reaches what it may and nothing else', async () => {
    expect((await client.fetch({ request: { url: `${upstream.url}/status/200` } })).status).toBe(200);
    await expect(client.fetch({ request: { url: health } })).rejects.toMatchObject({ slug: 'destination-denied' });
    await expect(client.fetch({ request: { url: stack.nats.url.replace('nats', 'http') } })).rejects.toMatchObject({
      slug: 'destination-denied',
    });
  });

  it('passes 100 MB in either direction, and 20 bombs at once, in bounded memory', async () => {
    const before = residentBytes('VmRSS');
    const bytes = 100 * megabyte;
    const up = await client.fetch(
      {
        remainingMs: 120_000,
        request: { method: 'POST', url: `${upstream.url}/upload`, body: { kind: 'pulled', bytes } },
      },
      { upload: downloadBlocks(bytes) },
    );
    expect(JSON.parse(up.body.toString())).toMatchObject({ bytes });
    const down = await client.fetch({
      remainingMs: 120_000,
      request: { url: `${upstream.url}/download?bytes=${bytes}` },
    });
    expect(down.bytes).toBe(bytes);
    const bomb = {
      decode: true,
      remainingMs: 60_000,
      maxResponseBytes: 4 * megabyte,
      request: { url: `${upstream.url}/bomb/gzip/gzip?bytes=${64 * megabyte}` },
    };
    const bombs = await Promise.allSettled(Array.from({ length: 20 }, () => client.fetch(bomb)));
    expect(
      bombs.map((each) => (each.status === 'rejected' ? (each.reason as { slug: string }).slug : 'answered')),
    ).toEqual(bombs.map(() => 'response-too-large'));
    const grownMegabytes = Math.round((residentBytes('VmHWM') - before) / megabyte);
    process.stdout.write(
      `worker: ${Math.round(before / megabyte)} MB resident, grew by ${grownMegabytes} MB at most\n`,
    );
    expect(grownMegabytes).toBeLessThan(100);
  }, 120_000);

  it('holds no secret of a dispatch in its log', async () => {
    const headers = [['Authorization', 'Bearer l0gged-n0where']] as const;
    for (const path of ['status/500', 'hangup', 'garbage', 'echo']) {
      await client
        .fetch({
          injected: ['l0gged-n0where'],
          request: { url: `${upstream.url}/${path}?key=l0gged-n0where`, headers },
        })
        .catch(() => undefined);
    }
    expect(log).not.toContain('l0gged-n0where');
  });

  it('is not ready while the bus is away', async () => {
    const readyz = async () => (await fetch(`${health}/readyz`)).status === 200;
    // Each loses the bus and comes back to it in its own time; an answer to one that is not there yet would be lost.
    const alive = async () => [await readyz(), client.proxy.isAlive, client.gateway.isAlive];
    await stack.killNats();
    while ((await alive()).includes(true)) await sleep(100);
    expect((await fetch(`${health}/healthz`)).status).toBe(200);
    await stack.restartNats();
    while ((await alive()).includes(false)) await sleep(100);
    await client.proxy.presence.until(() => client.proxy.presence.find('egress-worker', client.worker), 5_000);
    expect((await client.fetch({ request: { url: `${upstream.url}/status/200` } })).status).toBe(200);
  }, 30_000);

  it('answers what it has in hand when it is told to end, takes nothing more, and exits 0', async () => {
    const last = client.send({ request: { url: `${upstream.url}/slow-head?ms=1500` } });
    await upstream.received(({ target }) => target === '/slow-head?ms=1500');
    child.kill('SIGTERM');
    await client.proxy.presence.until(
      () => client.proxy.presence.live('egress-worker', region).length === 0 || undefined,
      5_000,
    );
    const late = client.send({ request: { url: `${upstream.url}/status/200` } });
    expect((await late.frame('busy')).head).toEqual({ executionId: late.dispatch.executionId });
    expect((await last.answer()).body.toString()).toBe('late');
    const [code] = child.exitCode === null ? ((await once(child, 'exit')) as [number]) : [child.exitCode];
    expect(code).toBe(0);
  });
});
