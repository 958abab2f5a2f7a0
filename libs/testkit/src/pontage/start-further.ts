import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@pontage/backends';
import { plainEnvironment } from './command.js';
import type { Pontage } from './start-pontage.js';

type FurtherService = 'gateway' | 'query-proxy' | 'auth-broker';

/** One more process of a service, beside the launcher's. */
export interface Further extends AsyncDisposable {
  /** Of a gateway: where it answers. */
  readonly url: string;
}

const readyWithinMs = 60_000;

/** Starts one more process of a running Pontage, as an operator does by hand, and resolves when it is ready. */
export async function startFurther(pontage: Pontage, service: FurtherService): Promise<Further> {
  const port = await freePort('127.0.0.1');
  const child = spawn(process.execPath, [join('apps', service, 'dist', 'bundle', 'main.mjs')], {
    env: { ...plainEnvironment(), ...busOf(pontage, service), ...own(pontage, service, port) },
    // By the channel it notices when this process is gone.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + readyWithinMs;
  while ((await fetch(`${url}/readyz`).catch(() => undefined))?.ok !== true) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`another ${service} does not come up`);
    await sleep(50);
  }
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

function busOf(pontage: Pontage, service: FurtherService): NodeJS.ProcessEnv {
  const { host } = new URL(pontage.processes().natsUrl);
  return { PONTAGE_NATS_URL: `nats://${host}`, PONTAGE_NATS_PASSWORD: passwordsOf(pontage).nats[service] };
}

function own(pontage: Pontage, service: FurtherService, port: number): NodeJS.ProcessEnv {
  if (service === 'gateway')
    return { PONTAGE_HTTP_PORT: String(port), PONTAGE_HEALTH_PORT: '0', PONTAGE_BASE_URL: pontage.url };
  const health = { PONTAGE_HEALTH_PORT: String(port) };
  if (service === 'query-proxy') return health;
  const database = new URL(pontage.processes().databaseUrl);
  database.username = 'auth_broker';
  database.password = passwordsOf(pontage).postgres.auth_broker ?? '';
  return {
    ...health,
    PONTAGE_DATABASE_URL: database.href,
    PONTAGE_MASTER_KEY_FILE: join(pontage.dataDir, 'master-key'),
    PONTAGE_BASE_URL: pontage.url,
  };
}

const passwordsOf = ({ dataDir }: Pontage) =>
  JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as Record<
    'nats' | 'postgres',
    Record<string, string>
  >;
