import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One of our own processes: it says once that it is ready, and then answers one request at a time. */
export interface Child {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: unknown;
  /** @throws Error what the child threw */
  ask<A>(request: unknown): Promise<A>;
  stop(): Promise<void>;
}

interface Said {
  readonly answer?: unknown;
  readonly error?: string;
}

/** The compiled children, also for tests, which run from the sources. */
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'children');

/** Starts a process of this folder. @throws Error when it ends before it is ready */
export async function startChild(name: string, ...args: string[]): Promise<Child> {
  const process = fork(join(folder, `${name}.js`), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const exited = once(process, 'exit').then(() => {
    throw new Error(`${name} ended`);
  });
  exited.catch(() => undefined);
  const said = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(process, 'message'), exited])) as [Said];
    if (message.error !== undefined) throw new Error(message.error);
    return message.answer;
  };
  return {
    pid: process.pid ?? 0,
    ready: await said(),
    ask: async <A>(request: unknown) => {
      process.send(request as object);
      return (await said()) as A;
    },
    stop: async () => {
      process.kill('SIGKILL');
      await exited.catch(() => undefined);
    },
  };
}

/** The other side: says that it is ready, and answers what it is asked. It ends with whoever started it. */
export function serveParent<R>(ready: unknown, answer?: (request: R) => Promise<unknown>): void {
  process.once('disconnect', () => process.exit());
  process.on('message', (request: R) => {
    answer?.(request).then(
      (result) => process.send?.({ answer: result }),
      (error: unknown) => process.send?.({ error: (error as Error).message }),
    );
  });
  process.send?.({ answer: ready });
}
