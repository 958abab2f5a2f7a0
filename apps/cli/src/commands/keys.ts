import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerOf, PontageClient } from '@pontage/client';

type Keys = AnswerOf<'listKeys'>;
type KeyRotation = AnswerOf<'rotateKeys'>;

const lookEveryMs = 500;

/** Prints the master keys, and which of them nothing needs any more. */
export async function keysStatus(client: PontageClient, json: boolean): Promise<number> {
  const keys = await client.call('listKeys');
  if (json) process.stdout.write(`${JSON.stringify(keys)}\n`);
  else process.stdout.write(`${[...keys.data.map(keyLine), ...rotationLines(keys.rotation)].join('\n')}\n`);
  return keys.data.every(({ present }) => present) ? 0 : 1;
}

/** What `pontage keys rotate` was given. */
export interface RotateOptions {
  /** New data keys for everything, too. */
  readonly data: boolean;
  /** The key file of the brokers: a new key is put at its head first. */
  readonly add: string | undefined;
}

/** Starts a rotation and waits for its end; 1 when something could not be opened. */
export async function rotateKeys(client: PontageClient, options: RotateOptions, json: boolean): Promise<number> {
  if (options.add !== undefined) addKey(options.add);
  const depth = options.data ? 'data' : 'keys';
  const begun = await client.call('rotateKeys', { body: { depth } });
  if (!json) process.stdout.write(`rotation ${begun.id} to master key ${begun.keyId}\n`);
  let rotation: KeyRotation | null = begun;
  while (rotation?.id === begun.id && rotation.finishedAt === null) {
    await sleep(lookEveryMs);
    ({ rotation } = await client.call('listKeys'));
  }
  if (rotation?.id !== begun.id) throw new Error('another rotation was begun meanwhile; see `pontage keys status`');
  if (json) process.stdout.write(`${JSON.stringify(rotation)}\n`);
  else process.stdout.write(`${rotationLines(rotation).join('\n')}\n`);
  return rotation.unreadable === 0 ? 0 : 1;
}

/** Puts a new key before the others; the file is never half written, nor readable for others. */
function addKey(file: string): void {
  if (!existsSync(file)) throw new Error(`${file} is not there: the new key goes before those that are in use`);
  const id = `k${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`;
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${id}:${randomBytes(32).toString('base64')}\n${readFileSync(file, 'utf8')}`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

const keyLine = ({ id, current, present, records }: Keys['data'][number]): string => {
  const state = current ? 'wraps what is sealed now' : records === 0 ? 'may be removed' : 'has to stay';
  return `${id}: ${records} records, ${present ? state : 'MISSING: they cannot be opened'}`;
};

function rotationLines(rotation: KeyRotation | null): string[] {
  if (rotation === null) return [];
  const { depth, records, unreadable, finishedAt } = rotation;
  const what = depth === 'keys' ? 'wrapped anew' : 'under new data keys';
  const state = finishedAt === null ? 'so far' : `until ${finishedAt}`;
  return [`${records} records ${what} ${state}${unreadable === 0 ? '' : `; ${unreadable} could not be opened`}`];
}
