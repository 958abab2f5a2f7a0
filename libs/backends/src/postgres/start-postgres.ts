import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Passwords } from '../passwords/keep-passwords.js';
import { freePort } from '../server/free-port.js';
import { commandLineOf, isAlive, workingDirectoryOf } from '../server/process-table.js';
import { startServer, stopStranger, type Server } from '../server/server.js';
import { reachableFolder } from './cluster-folder.js';
import { findPostgres } from './find-postgres.js';
import { makeCluster } from './make-cluster.js';
import { databaseName, ownerRole, prepareDatabase } from './prepare-database.js';
import { postgresUser, type SystemUser } from './system-user.js';

/** A running PostgreSQL with the database `pontage` and the roles of the services. */
export interface Postgres extends Server {
  readonly port: number;
  readonly superuserUrl: string;
  readonly ownerUrl: string;
  /** The URL with which a role logs in to the database. */
  roleUrl(role: string, database?: string): string;
}

interface PostgresOptions {
  /** The cluster; it outlives the server. */
  readonly dir: string;
  /** Of `postgres` (the superuser) and of every role in {@link databaseRoles}. */
  readonly passwords: Passwords;
  /** Absent: one that is free. */
  readonly port?: number | undefined;
  /** False: no syncing, for databases that are thrown away. */
  readonly durable?: boolean | undefined;
}

/** The superuser of the embedded cluster. */
export const superuserRole = 'postgres';
/** Recovery after a crash may take long. */
const startDeadlineMs = 60_000;

/** Starts PostgreSQL on a cluster of ours, after ending a server that an earlier run left on it. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dir, passwords } = options;
  const user = postgresUser(dir);
  const programs = findPostgres(user);
  await makeCluster(dir, programs, user, passwords[superuserRole] ?? '');
  await stopLeftover(dir);

  // PostgreSQL cannot be asked to choose one.
  const port = options.port ?? (await freePort());
  const deadline = Date.now() + startDeadlineMs;
  let server = await launch(options, port, programs.postgres, user);
  while (server === undefined && Date.now() < deadline) {
    await sleep(100);
    server = await launch(options, port, programs.postgres, user);
  }
  if (server === undefined) throw new Error(`PostgreSQL did not start; its log ends with: ${tailOf(logOf(dir))}`);

  const roleUrl = (role: string, database = databaseName): string =>
    `postgres://${role}:${passwords[role] ?? ''}@127.0.0.1:${port}/${database}`;
  const superuserUrl = roleUrl(superuserRole, 'postgres');
  await prepareDatabase(superuserUrl, passwords);
  return { ...server, port, superuserUrl, ownerUrl: roleUrl(ownerRole), roleUrl };
}

/** @returns undefined when what is left of a killed server is still in the way: it is gone in a moment */
async function launch(
  options: PostgresOptions,
  port: number,
  program: string,
  user: SystemUser | undefined,
): Promise<Server | undefined> {
  const { dir } = options;
  const folder = reachableFolder(dir, user);
  const before = tailOf(logOf(dir), Number.MAX_SAFE_INTEGER).length;
  const server = startServer({
    command: program,
    args: ['-D', folder.path, '-p', String(port), ...settings(options.durable ?? true)],
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    logFile: logOf(dir),
    stopSignal: 'SIGINT',
    user,
    folder: folder.descriptor,
  });
  folder.close();
  if (await isReady(server, dir)) return server;
  await server.stop();
  const said = tailOf(logOf(dir), Number.MAX_SAFE_INTEGER).slice(before);
  // The shared memory of workers that have not noticed yet, or a server whose end nobody has collected yet.
  if (said.includes('shared memory block') || said.includes('"postmaster.pid" already exists')) return undefined;
  throw new Error(`PostgreSQL did not start: ${said.slice(-1000)}`);
}

const logOf = (dir: string): string => `${dir}.log`;

/** No socket folder: its path may be too long, and everybody of ours comes by TCP. Statements stay out of the log, since they may hold a password. */
const settings = (durable: boolean): string[] =>
  [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'log_min_error_statement=panic',
    'shared_buffers=64MB',
    'max_connections=100',
    'jit=off',
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
  ].flatMap((setting) => ['-c', setting]);

async function stopLeftover(dir: string): Promise<void> {
  const pid = Number(pidFileOf(dir)[0]);
  if (!(pid > 0) || !isAlive(pid)) return;
  if (isServerOf(pid, dir)) await stopStranger(pid, 'SIGINT');
  // Another program has this id by now, and PostgreSQL would take it for its own.
  else rmSync(join(dir, 'postmaster.pid'), { force: true });
}

const isServerOf = (pid: number, dir: string): boolean => {
  const place = workingDirectoryOf(pid);
  return place === undefined ? commandLineOf(pid).includes('postgres') : place === dir;
};

async function isReady(server: Server, dir: string): Promise<boolean> {
  const deadline = Date.now() + startDeadlineMs;
  let ended = false;
  void server.exited.then(() => (ended = true));
  while (!ended && Date.now() < deadline) {
    const [pid, , , , , , , state] = pidFileOf(dir);
    if (Number(pid) === server.pid && state?.trim() === 'ready') return true;
    await sleep(10);
  }
  return false;
}

function pidFileOf(dir: string): string[] {
  try {
    return readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function tailOf(logFile: string, length = 1000): string {
  try {
    return readFileSync(logFile, 'utf8').slice(-length);
  } catch {
    return '';
  }
}
