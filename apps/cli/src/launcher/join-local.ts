import { admitRegion, keepPasswords } from '@pontage/backends';
import { regionId } from '@pontage/contracts/resource-registry';
import { busUser } from '@pontage/contracts/permissions';
import { connect } from '@nats-io/transport-node';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDataFolder } from './data-folder.js';
import type { Addresses } from './process-list.js';

const admittedWithinMs = 5_000;

/**
 * What a worker needs to join the Pontage that `npm start` runs with this data folder: its bus, a login, and the addresses
 * that its other workers may reach. A region that it did not have is one from then on.
 * @throws Error when none runs there
 */
export async function joinLocal(path: string, region: string): Promise<Record<string, string>> {
  if (!regionId.safeParse(region).success)
    throw new Error(`${region} is no region: lower-case letters, digits and hyphens`);
  const folder = existsSync(path) ? openDataFolder(path) : undefined;
  if (folder === undefined || !existsSync(folder.processes))
    throw new Error(`no Pontage runs with the data folder ${path}: set PONTAGE_NATS_URL and PONTAGE_NATS_PASSWORD`);
  const { natsUrl, egressAllow } = JSON.parse(readFileSync(folder.processes, 'utf8')) as Addresses;
  const url = `nats://${new URL(natsUrl).host}`;
  const user = busUser('egress-worker', region);
  const password = keepPasswords(folder.passwords, { nats: [user] }).nats[user] ?? '';
  // A server of somebody else's has the users that its operator made.
  if (existsSync(folder.nats)) {
    admitRegion(folder.nats, region, password);
    await untilAdmitted({ servers: url, user, pass: password });
  }
  return {
    PONTAGE_NATS_URL: url,
    PONTAGE_NATS_PASSWORD: password,
    PONTAGE_EGRESS_ALLOW: egressAllow,
    ...(folder.bulk === undefined ? {} : { PONTAGE_BULK_DIR: folder.bulk }),
  };
}

async function untilAdmitted(login: { servers: string; user: string; pass: string }): Promise<void> {
  for (const deadline = Date.now() + admittedWithinMs; ; await sleep(50)) {
    try {
      return await (await connect({ ...login, reconnect: false })).close();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
