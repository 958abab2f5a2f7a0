import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writePrivately, type Passwords } from '../passwords/keep-passwords.js';
import { commandLineOf, isAlive } from '../server/process-table.js';
import { startServer, stopStranger, type Server } from '../server/server.js';
import { findNatsServer } from './find-nats-server.js';
import { natsOperator, natsPasswordVariable, natsUsersConfig } from './nats-users.js';

/** A running nats-server with JetStream, where each service has its own user. */
export interface Nats extends Server {
  readonly url: string;
  readonly port: number;
  /** With the name and password of the user that may do everything. */
  readonly operatorUrl: string;
}

interface NatsOptions {
  /** Configuration, log and stream storage live here, and outlive the server. */
  readonly dir: string;
  readonly regions: readonly string[];
  /** Of every user that {@link natsUserNames} lists. */
  readonly passwords: Passwords;
  /** Absent: one that is free. */
  readonly port?: number | undefined;
  /** A nats-server binary; absent: found by {@link findNatsServer}. */
  readonly binary?: string | undefined;
  /** Sync the streams to disk before each acknowledgement, which also covers a power cut. */
  readonly syncAlways?: boolean | undefined;
}

const startDeadlineMs = 10_000;

/** Starts nats-server, after ending one that an earlier run left in the same folder. */
export async function startNats(options: NatsOptions): Promise<Nats> {
  const binary = await findNatsServer(options.binary);
  const configFile = join(options.dir, 'nats-server.conf');
  const portsDir = join(options.dir, 'ports');
  await stopLeftover(options.dir, configFile);
  rmSync(portsDir, { recursive: true, force: true });
  mkdirSync(portsDir, { recursive: true });
  writePrivately(configFile, serverConfig(options, portsDir));

  const server = startServer({
    command: binary,
    args: ['-c', configFile],
    env: { PATH: process.env.PATH, ...passwordVariables(options.passwords) },
    logFile: join(options.dir, 'nats-server.log'),
    stopSignal: 'SIGTERM',
  });
  const port = await portOf(server, portsDir, join(options.dir, 'nats-server.log'));
  const operatorPassword = options.passwords[natsOperator] ?? '';
  return {
    ...server,
    port,
    url: `nats://127.0.0.1:${port}`,
    operatorUrl: `nats://${natsOperator}:${operatorPassword}@127.0.0.1:${port}`,
    stop: async () => {
      await server.stop();
      rmSync(join(options.dir, 'nats-server.pid'), { force: true });
    },
  };
}

const passwordVariables = (passwords: Passwords): Record<string, string> =>
  Object.fromEntries(Object.entries(passwords).map(([user, password]) => [natsPasswordVariable(user), password]));

const serverConfig = (options: NatsOptions, portsDir: string): string => `# Written at each start.
host: "127.0.0.1"
port: ${options.port ?? -1}
server_name: "pontage"
ports_file_dir: ${JSON.stringify(portsDir)}
pid_file: ${JSON.stringify(join(options.dir, 'nats-server.pid'))}
max_payload: 1MB
max_pending: 128MB
write_deadline: "10s"
jetstream {
  store_dir: ${JSON.stringify(join(options.dir, 'jetstream'))}
${options.syncAlways === true ? '  sync_interval: always\n' : ''}}
${natsUsersConfig(options.regions)}`;

async function stopLeftover(dir: string, configFile: string): Promise<void> {
  const pidFile = join(dir, 'nats-server.pid');
  const pid = Number(readOrEmpty(pidFile));
  if (pid > 0 && isAlive(pid) && commandLineOf(pid).includes(configFile)) await stopStranger(pid, 'SIGTERM');
  rmSync(pidFile, { force: true });
}

/** The server writes its ports into a file named after its process; with port -1 nobody else knows them. */
async function portOf(server: Server, portsDir: string, logFile: string): Promise<number> {
  const portsFile = join(portsDir, `nats-server_${server.pid}.ports`);
  const deadline = Date.now() + startDeadlineMs;
  let ended = false;
  void server.exited.then(() => (ended = true));
  while (!ended && Date.now() < deadline) {
    const port = /nats:\/\/[^"]*:(\d+)/.exec(readOrEmpty(portsFile))?.[1];
    if (port !== undefined) return Number(port);
    await sleep(5);
  }
  await server.stop();
  throw new Error(`nats-server did not start; its log ends with: ${readOrEmpty(logFile).slice(-500)}`);
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
