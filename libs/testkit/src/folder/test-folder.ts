import { isAlive, stopStranger } from '@pontage/backends';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'pontage-test-';

/**
 * Makes a temporary folder for servers and their data. It is named after this process, so that a later run can tell
 * that nobody needs it any more: what killed test processes left behind is ended and removed here.
 */
export async function makeTestFolder(): Promise<string> {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await removeAbandoned(join(tmpdir(), name));
  }
  return mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
}

/** Removes a folder whose servers were ended a moment ago: their last workers may still be writing. */
export const removeTestFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });

async function removeAbandoned(folder: string): Promise<void> {
  for (const file of ['nats/nats-server.pid', 'postgres/postmaster.pid']) {
    const pid = Number(firstLineOf(join(folder, file)));
    if (pid > 0 && isAlive(pid)) await stopStranger(pid, 'SIGKILL');
  }
  removeTestFolder(folder);
}

function firstLineOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[0] ?? '';
  } catch {
    return '';
  }
}
