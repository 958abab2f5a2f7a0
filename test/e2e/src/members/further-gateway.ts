import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@pontage/backends';
import type { Pontage } from '@pontage/testkit';

/** A second gateway beside the launcher's. */
export interface FurtherGateway extends AsyncDisposable {
  readonly url: string;
}

/** Starts one more gateway of a running Pontage and resolves when it is ready. */
export async function startGatewayOf(pontage: Pontage): Promise<FurtherGateway> {
  const { nats } = JSON.parse(readFileSync(join(pontage.dataDir, 'secrets.json'), 'utf8')) as {
    nats: Record<string, string>;
  };
  const bus = new URL(pontage.processes().natsUrl);
  const port = await freePort('127.0.0.1');
  const child = spawn(process.execPath, [join('apps', 'gateway', 'dist', 'bundle', 'main.mjs')], {
    env: {
      PATH: process.env.PATH,
      PONTAGE_NATS_URL: `nats://${bus.host}`,
      PONTAGE_NATS_PASSWORD: nats.gateway,
      PONTAGE_HTTP_PORT: String(port),
      PONTAGE_HEALTH_PORT: '0',
      PONTAGE_BASE_URL: pontage.url,
    },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  while ((await fetch(`${url}/readyz`).catch(() => undefined))?.ok !== true) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('the second gateway does not come up');
    await sleep(50);
  }
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
