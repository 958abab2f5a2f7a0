import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Stack } from '@pontage/testkit';

const built = (file: string): string => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

/** An embed-session process as production runs it, from what `tsc -b` has built. */
export interface EmbedSessionProcess {
  readonly health: string;
  /** Ends it without a word, as `kill -9` does. */
  kill(): Promise<void>;
  /** Asks it to stop; its exit code. */
  stop(): Promise<number | null>;
}

/** Brings the schema up to date. @throws Error with what the migration wrote when it fails */
export function migrateEmbedSession(stack: Stack): void {
  const { status, stderr } = spawnSync(process.execPath, [built('migrate.js')], {
    env: { ...process.env, PONTAGE_DATABASE_OWNER_URL: stack.postgres.ownerUrl },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the migration failed: ${stderr}`);
}

/** Starts the service and waits until it is ready. */
export async function startEmbedSession(stack: Stack): Promise<EmbedSessionProcess> {
  const child = fork(built('main.js'), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      PONTAGE_NATS_URL: stack.nats.url,
      PONTAGE_NATS_PASSWORD: stack.natsPassword('embed-session'),
      PONTAGE_DATABASE_URL: stack.databaseUrl('embed_session'),
      PONTAGE_LOG_LEVEL: 'warn',
    },
  });
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => {
    said.push(chunk.toString());
    if (process.env.PONTAGE_LOG_LEVEL !== undefined) process.stderr.write(chunk);
  });
  const health = await Promise.race([
    once(child, 'message').then(([message]) => (message as { health: string }).health),
    once(child, 'exit').then(() => Promise.reject(new Error(`embed-session did not start: ${said.join('')}`))),
  ]);
  return { health, kill: () => end(child, 'SIGKILL').then(() => undefined), stop: () => end(child, 'SIGTERM') };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
