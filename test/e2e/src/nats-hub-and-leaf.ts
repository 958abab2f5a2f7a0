import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findNatsServer, natsPasswordVariable, natsUserNames, standardRegions } from '@pontage/backends';
import { freePort, makeTestFolder, removeTestFolder } from '@pontage/testkit';

const deployed = join(import.meta.dirname, '..', '..', '..', 'deploy', 'nats');
const password = 'pleaf0test';

/** The servers of `deploy/nats`, on free ports: one where the control plane is, and one of a region far away. */
export interface HubAndLeaf {
  readonly hubUrl: string;
  readonly leafUrl: string;
  readonly password: string;
  /** The password of each user, as the environment has it. */
  readonly passwords: Readonly<Record<string, string>>;
  startLeaf(): Promise<void>;
  stopLeaf(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the hub; the leaf follows when it is told to. */
export async function startHub(region: string): Promise<HubAndLeaf> {
  const folder = await makeTestFolder();
  cpSync(deployed, folder, { recursive: true });
  const ports = { hub: await freePort(), leaf: await freePort(), between: await freePort() };
  rewrite(join(folder, 'hub.conf'), { 4222: ports.hub, 7422: ports.between, '/data': join(folder, 'data') });
  rewrite(join(folder, 'leaf.conf'), { 4222: ports.leaf });
  const passwords = Object.fromEntries(
    natsUserNames(standardRegions).map((user) => [natsPasswordVariable(user), password]),
  );
  const env = {
    ...process.env,
    ...passwords,
    PONTAGE_REGION: region,
    PONTAGE_NATS_HUB_URL: `nats-leaf://egress-${region}:${password}@127.0.0.1:${ports.between}`,
  };
  const binary = await findNatsServer();
  const start = async (config: string, port: number): Promise<ChildProcess> => {
    const server = spawn(binary, ['-c', config], { cwd: folder, env, stdio: 'ignore' });
    await untilListening(port);
    return server;
  };
  const hub = await start('hub.conf', ports.hub);
  let leaf: ChildProcess | undefined;
  const stopLeaf = async () => {
    await end(leaf);
    leaf = undefined;
  };
  return {
    hubUrl: `nats://127.0.0.1:${ports.hub}`,
    leafUrl: `nats://127.0.0.1:${ports.leaf}`,
    password,
    passwords,
    startLeaf: async () => void (leaf = await start('leaf.conf', ports.leaf)),
    stopLeaf,
    stop: async () => {
      await stopLeaf();
      await end(hub);
      removeTestFolder(folder);
    },
  };
}

/** Everything but ports and places is as it is deployed; nobody asks for the monitoring page. */
function rewrite(file: string, places: Readonly<Record<string, string | number>>): void {
  const text = readFileSync(file, 'utf8').replace('http_port: 8222\n', '');
  writeFileSync(
    file,
    Object.entries(places).reduce(
      (all, [from, to]) => all.replaceAll(new RegExp(`(?<=^[^#\\n]*)${from}`, 'gm'), String(to)),
      text,
    ),
  );
}

async function end(server: ChildProcess | undefined): Promise<void> {
  if (server === undefined || server.exitCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
}

async function untilListening(port: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20)) {
    const socket = connectSocket(port, '127.0.0.1');
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
  }
  throw new Error(`nothing listens on ${port}`);
}
