import { freePort, keepPasswords, newPassword, portIfFree, writePrivately } from '@pontage/backends';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOf } from './bundles.js';
import type { DataFolder } from './data-folder.js';
import { commonEnvironment } from './service-plan.js';
import { startChild } from './start-child.js';
import type { Instance } from './supervised.js';

/** The orders API of the demo, as a client of it needs to know it. */
export interface DemoUpstream {
  readonly port: number;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
}

/** Settles on a port for the orders API (the same at every start, as long as it is free) and on its secrets. */
export async function demoUpstream(folder: DataFolder): Promise<DemoUpstream> {
  mkdirSync(folder.demo, { recursive: true, mode: 0o700 });
  const { orders } = keepPasswords(join(folder.demo, 'secrets.json'), { orders: ['clientSecret', 'apiKey'] });
  const portFile = join(folder.demo, 'port');
  const before = existsSync(portFile) ? portOf(readFileSync(portFile, 'utf8')) : 0;
  const port = (before === 0 ? undefined : await portIfFree(before, '127.0.0.1')) ?? (await freePort());
  if (port !== before) writePrivately(portFile, String(port));
  return {
    port,
    clientId: 'customer-portal',
    clientSecret: orders.clientSecret ?? newPassword(),
    apiKey: orders.apiKey ?? newPassword(),
  };
}

/** What a file says, or 0 for what is no port. */
function portOf(text: string): number {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

/** Starts the orders API. */
export const startDemoUpstream = (upstream: DemoUpstream, folder: DataFolder, signal: AbortSignal): Promise<Instance> =>
  startChild({
    name: 'orders-api',
    bundle: bundleOf('examples/orders-api'),
    logFile: join(folder.logs, 'orders-api.log'),
    signal,
    env: {
      ...commonEnvironment(),
      ORDERS_PORT: String(upstream.port),
      ORDERS_CLIENT_ID: upstream.clientId,
      ORDERS_CLIENT_SECRET: upstream.clientSecret,
      ORDERS_API_KEY: upstream.apiKey,
      ORDERS_KEY_FILE: join(folder.demo, 'signing-key.json'),
      ORDERS_FILE: join(folder.demo, 'orders.ndjson'),
    },
  });
