import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ServiceMessage } from '@pontage/telemetry';
import type { BoundPort } from './bind-port.js';
import type { Instance } from './supervised.js';

interface ChildCommand {
  readonly name: string;
  readonly bundle: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** What it is to listen on. */
  readonly port?: BoundPort;
  /** Ends a start that nobody waits for any more. */
  readonly signal: AbortSignal;
}

/** Generous: a busy machine is slow, and a child that fails says so by ending. */
const readyDeadlineMs = 60_000;
const stopDeadlineMs = 16_000;
const logLimitBytes = 20 * 1024 * 1024;

/**
 * Starts one of our services as a process of its own: detached, so that a Ctrl-C reaches it only when the launcher
 * says so, and with a channel whose end tells it that the launcher is gone. Resolves when the service says it is ready.
 * @throws Error with the end of its log when it does not come up
 */
export async function startChild(command: ChildCommand): Promise<Instance> {
  const log = openLog(command.logFile);
  const begin = statSync(command.logFile).size;
  const child = spawn(process.execPath, [command.bundle], {
    detached: true,
    env: command.env,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  child.send({ succeeds: true } satisfies ServiceMessage);
  if (command.port !== undefined) child.send({ listen: true } satisfies ServiceMessage, command.port.handle);
  const exited = endOf(child);
  const leaving = askedToLeave(child);
  const giveUp = (): void => tellToStop(child);
  command.signal.addEventListener('abort', giveUp);
  const instance = { pid: child.pid ?? 0, exited, leaving, stop: () => stop(child, exited) };
  const said = await Promise.race([ready(child), exited.then((how) => ({ how }))]);
  command.signal.removeEventListener('abort', giveUp);
  if ('health' in said) return { ...instance, health: said.health };
  await instance.stop();
  throw new Error(`${said.how}: ${lastWordsOf(command.logFile, begin)}`);
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file) && statSync(file).size > logLimitBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** What the service says over the channel when it is ready (`runService` in libs/telemetry). */
async function ready(child: ChildProcess): Promise<{ health: string } | { how: string }> {
  const signal = AbortSignal.timeout(readyDeadlineMs);
  try {
    for (;;) {
      const [message] = (await once(child, 'message', { signal })) as [ServiceMessage];
      if ('ready' in message) return { health: message.health };
    }
  } catch {
    return { how: `was not ready within ${readyDeadlineMs / 1000} s` };
  }
}

const askedToLeave = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.on('message', (message: ServiceMessage) => {
      if ('leaving' in message) resolve();
    });
  });

/** By message: without it, a service that gets SIGTERM waits for its successor. */
function tellToStop(child: ChildProcess): void {
  if (child.connected) child.send({ stop: true } satisfies ServiceMessage);
  child.kill('SIGTERM');
}

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => resolve(signal === null ? `ended with code ${code}` : `ended with ${signal}`));
  });

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  const force = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  tellToStop(child);
  await exited;
  clearTimeout(force);
}

/** The last line that says more than that something happened: a log line's error, or what Node wrote. */
function lastWordsOf(logFile: string, begin: number): string {
  const lines = readFileSync(logFile).subarray(begin).toString('utf8').trim().split('\n');
  for (const line of lines.reverse()) {
    try {
      const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
      if (err?.message !== undefined) return `${msg}: ${err.message}`;
    } catch {
      if (/Error/.test(line)) return line.trim();
    }
  }
  return lines[0] ?? '';
}
