import { writePrivately } from '@pontage/backends';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fitsSockets } from '@pontage/settings';

/** Where a standalone Pontage keeps everything that is its own. */
export type DataFolder = ReturnType<typeof openDataFolder>;

/** The places in the data folder, which is made if it is not there. */
export function openDataFolder(path: string) {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const bulk = resolve(path, 'bulk');
  return {
    path,
    nats: join(path, 'nats'),
    postgres: join(path, 'postgres'),
    logs: join(path, 'logs'),
    /** Undefined: the data folder is too far down for sockets. */
    bulk: fitsSockets(bulk) ? bulk : undefined,
    checkpoints: join(path, 'audit-checkpoints'),
    passwords: join(path, 'secrets.json'),
    processes: join(path, 'processes.json'),
    lock: join(path, 'launcher.pid'),
    masterKey: join(path, 'master-key'),
    adminToken: join(path, 'admin-token'),
    adminPassword: join(path, 'admin-password'),
    demoToken: join(path, 'demo-token'),
    demo: join(path, 'demo'),
  };
}

/**
 * The text of a file that only we may read; made on first use.
 * @throws Error for an empty one: it held something that data may depend on, so none is made in its place
 */
export function keepSecret(file: string, make: () => string): string {
  if (!existsSync(file)) writePrivately(file, `${make()}\n`);
  const text = readFileSync(file, 'utf8').trim();
  if (text === '') throw new Error(`${file} is empty: put back what it held, or remove it to have a new one made`);
  return text;
}

/** A new API token's value. */
export const newToken = (): string => `pontage_${randomBytes(32).toString('base64url')}`;

/** A new password: 144 random bits, short enough to be typed. */
export const newPassword = (): string => randomBytes(18).toString('base64url');

/** A new key-encryption key, as `PONTAGE_MASTER_KEY` has it. */
export const newMasterKey = (): string => `k${Date.now().toString(36)}:${randomBytes(32).toString('base64')}`;
