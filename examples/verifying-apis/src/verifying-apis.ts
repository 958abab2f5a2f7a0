import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { accountsAt, type Account, type KnownCallers } from './account/account.js';
import { cloudBehaviours } from './cloud/cloud-behaviours.js';
import { Cloud } from './cloud/cloud.js';
import { fixedBehaviours } from './fixed/fixed-behaviours.js';
import { certificate } from './http/certificates.js';
import { serveBehaviours } from './http/serve-behaviours.js';
import { signedBehaviours } from './signing/signed-behaviours.js';

/** The APIs, while they run. */
export interface VerifyingApis {
  /** Host and port of each server. */
  readonly listening: readonly string[];
  readonly accounts: readonly Account[];
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/** Starts an API for every way to be recognised: over HTTP, and the tenant of Auth0 over HTTPS. */
export async function startVerifyingApis(known: KnownCallers): Promise<VerifyingApis> {
  const cloud = new Cloud();
  let url = '';
  const behaviours = {
    ...fixedBehaviours(known.fixed),
    ...signedBehaviours({ ...known.digest, algorithms: ['SHA-256', 'MD5'], userhash: true }),
    ...cloudBehaviours(cloud, () => url),
  };
  const api = createServer(serveBehaviours(behaviours));
  const tenant = createTlsServer(certificate('localhost'), serveBehaviours(behaviours, true));
  const [port, tenantPort] = await Promise.all([listen(api), listen(tenant)]);
  url = `http://${host}:${port}`;
  const tenantHost = `${host}:${tenantPort}`;
  return {
    listening: [`${host}:${port}`, tenantHost],
    accounts: accountsAt({ url, tenant: tenantHost }, known, cloud),
    stop: async () => void (await Promise.all([close(api), close(tenant)])),
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
