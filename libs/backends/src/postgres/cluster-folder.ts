import { closeSync, openSync } from 'node:fs';
import type { SystemUser } from './system-user.js';

/** A folder as a program of another user can reach it. */
export interface ReachableFolder {
  /** What to tell the program. */
  readonly path: string;
  /** To be handed down as the program's file descriptor 3. */
  readonly descriptor: number | undefined;
  close(): void;
}

/**
 * Makes a folder reachable for `user`. A data folder below `/root`, or one that `mktemp -d` made, lies behind folders
 * that only root may enter; an open descriptor leads past them, without loosening anybody's permissions.
 */
export function reachableFolder(folder: string, user: SystemUser | undefined): ReachableFolder {
  if (user === undefined || process.platform !== 'linux') {
    return { path: folder, descriptor: undefined, close: () => undefined };
  }
  const descriptor = openSync(folder, 'r');
  return { path: '/proc/self/fd/3', descriptor, close: () => closeSync(descriptor) };
}
