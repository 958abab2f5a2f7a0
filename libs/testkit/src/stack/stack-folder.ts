import { isAlive, stopStranger } from '@pontage/backends';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'pontage-stack-';

/** Makes a folder for one stack, named after this process so that a later run can tell whether it is still needed. */
export const makeStackFolder = (): string => mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));

/** Ends the servers and removes the folders of test processes that were killed before they could. */
export async function sweepStackFolders(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const folder = join(tmpdir(), name);
    for (const file of ['nats/nats-server.pid', 'postgres/postmaster.pid']) {
      const pid = Number(firstLineOf(join(folder, file)));
      if (pid > 0 && isAlive(pid)) await stopStranger(pid, 'SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function firstLineOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[0] ?? '';
  } catch {
    return '';
  }
}
