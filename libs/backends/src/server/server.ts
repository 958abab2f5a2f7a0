import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './process-table.js';

/** A server process of somebody else's making that we started. */
export interface Server {
  readonly pid: number;
  /** Settles when the process has ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Ends it in its own orderly way, and by force when that takes too long. */
  stop(): Promise<void>;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
}

interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly stopSignal: NodeJS.Signals;
  /** The user to run as; absent: ours. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** A folder that the process finds open as file descriptor 3. */
  readonly folder?: number | undefined;
}

const stopDeadlineMs = 10_000;

/**
 * Starts a server in its own process group, so that a Ctrl-C in the terminal does not reach it before those who need
 * it have drained. Its output goes to a file: a pipe would break with the process that reads it.
 */
export function startServer(fixed: ServerCommand): Server {
  mkdirSync(dirname(fixed.logFile), { recursive: true });
  const log = openSync(fixed.logFile, 'a', 0o600);
  const child = spawn(fixed.command, fixed.args, {
    cwd: '/',
    env: fixed.env,
    detached: true,
    stdio: ['ignore', log, log, ...(fixed.folder === undefined ? [] : [fixed.folder])],
    ...fixed.user,
  });
  closeSync(log);
  child.unref();
  const exited = Promise.race([once(child, 'exit'), once(child, 'error')]).then(() => undefined);
  const end = (signal: NodeJS.Signals): Promise<void> => {
    // Somebody waits for it now, and may have nothing else to stay alive for.
    child.ref();
    child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid ?? 0,
    exited,
    kill: () => end('SIGKILL'),
    stop: async () => {
      const force = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
      await end(fixed.stopSignal);
      clearTimeout(force);
    },
  };
}

/** Ends a process that an earlier run left behind, and resolves once it is gone. */
export async function stopStranger(pid: number, signal: NodeJS.Signals): Promise<void> {
  const deadline = Date.now() + stopDeadlineMs;
  kill(pid, signal);
  while (isAlive(pid)) {
    if (Date.now() > deadline) kill(pid, 'SIGKILL');
    await sleep(20);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}
