import { commandLineOf, isAlive, writePrivately } from '@pontage/backends';
import { readFileSync, rmSync } from 'node:fs';

/**
 * Makes sure that one launcher at a time uses a data folder: two would end each other's servers.
 * @returns how to let go of it
 * @throws Error when another launcher holds it
 */
export function takeLock(file: string): () => void {
  const holder = holderOf(file);
  if (holder !== undefined)
    throw new Error(`Pontage runs here already, as process ${holder}. Stop it first, or set PONTAGE_DATA_DIR.`);
  writePrivately(file, `${process.pid}\n${commandLineOf(process.pid)}\n`);
  return () => rmSync(file, { force: true });
}

/** The launcher that holds the folder now. A process that was killed leaves its id, which another program may have by now. */
function holderOf(file: string): number | undefined {
  let written: string;
  try {
    written = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [first = '', commandLine = ''] = written.split('\n');
  const pid = Number(first);
  if (pid === process.pid || !isAlive(pid)) return undefined;
  return commandLineOf(pid).trim() === commandLine.trim() ? pid : undefined;
}
