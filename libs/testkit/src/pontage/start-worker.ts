import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { command, plainEnvironment } from './command.js';
import type { Pontage } from './start-pontage.js';

/** A worker as `GET /api/v1/regions` shows it. */
interface ShownWorker {
  readonly id: string;
  readonly capacity: number;
}

/** A worker that has joined a running Pontage; nobody starts it again when it ends. */
export interface JoinedWorker {
  readonly id: string;
  readonly pid: number;
  /** Ends it with a signal. Resolves with the exit code, null after SIGKILL. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

const listedWithinMs = 20_000;

/** Starts `pontage worker start --region …`, which finds the bus through the data folder, and resolves when it is listed. */
export async function startWorker(
  pontage: Pontage,
  region: string,
  env: Readonly<Record<string, string>> = {},
): Promise<JoinedWorker> {
  const before = new Set((await workersOf(pontage, region)).map(({ id }) => id));
  const child = spawn(process.execPath, [command, 'worker', 'start', '--region', region], {
    env: { ...plainEnvironment(), PONTAGE_DATA_DIR: pontage.dataDir, PONTAGE_BUS_STRICT: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  let hasEnded = false;
  void exited.then(() => (hasEnded = true));
  const end = (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  for (const deadline = Date.now() + listedWithinMs; Date.now() < deadline && !hasEnded; await sleep(25)) {
    const joined = (await workersOf(pontage, region)).find(({ id, capacity }) => !before.has(id) && capacity > 0);
    if (joined !== undefined) return { id: joined.id, pid: child.pid ?? 0, end };
  }
  await end('SIGKILL');
  throw new Error(`no worker of ${region} has joined: ${output}`);
}

async function workersOf(pontage: Pontage, region: string): Promise<readonly ShownWorker[]> {
  const answer = await pontage.fetch('/api/v1/regions');
  const { data } = (await answer.json()) as { data: { id: string; workers: ShownWorker[] }[] };
  return data.find(({ id }) => id === region)?.workers ?? [];
}
