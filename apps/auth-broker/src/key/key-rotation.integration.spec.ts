import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listKeys, rotateKeys, type KeyRotation } from '@pontage/contracts/auth-broker';
import { MasterKeys, openFields } from '@pontage/envelope';
import { makeTestFolder, removeTestFolder } from '@pontage/testkit';
import { BrokerStack, callOf, newKey } from '../broker.fixture.js';
import { credentialPlace, CredentialStore } from '../credential/credential-store.js';
import { schema } from '../settings.js';

const secretCount = 5_000;
const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const [k1, k2, k3] = [newKey('k1'), newKey('k2'), newKey('k3')];
const org = randomUUID();
const operator = callOf(org, ['admin', 'operator']);
const resourceId = randomUUID();
const passwords = new Map<string, string>();
let stack: BrokerStack;
let folder: string;
let keyFile: string;
const brokers = new Set<ChildProcess>();
let damaged = '';

/** A broker as a process, with the keys of the file. */
async function start(): Promise<ChildProcess> {
  const child = fork(entry, {
    silent: true,
    env: {
      PATH: process.env.PATH,
      PONTAGE_NATS_URL: stack.stack.nats.url,
      PONTAGE_NATS_PASSWORD: stack.stack.natsPassword('auth-broker'),
      PONTAGE_DATABASE_URL: stack.stack.databaseUrl(schema),
      PONTAGE_MASTER_KEY_FILE: keyFile,
    },
  });
  child.stderr?.resume();
  brokers.add(child);
  await once(child, 'message');
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  brokers.delete(child);
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

const keys = () => stack.gateway.request(listKeys, {}, operator);
const rotate = (depth: KeyRotation['depth']) => stack.gateway.request(rotateKeys, { depth }, operator);

async function finished(id: string): Promise<KeyRotation> {
  for (;;) {
    const { rotation } = await keys();
    if (rotation?.id === id && rotation.finishedAt !== null) return rotation;
    await sleep(50);
  }
}

/** How many of the secrets open with these keys alone, to what they were. */
async function openWith(text: string, rows: readonly { id: string; sealed: Buffer }[]): Promise<number> {
  const master = MasterKeys.parse(text);
  return rows.filter(({ id, sealed }) => {
    try {
      const { password } = openFields(master, credentialPlace({ org, id }), sealed);
      return JSON.parse(String(password)) === passwords.get(id);
    } catch {
      return false;
    }
  }).length;
}

const stored = () => stack.sql<{ id: string; sealed: Buffer }>('SELECT id, sealed FROM credential');

beforeAll(async () => {
  stack = await BrokerStack.start();
  folder = await makeTestFolder();
  keyFile = join(folder, 'master-key');
  writeFileSync(keyFile, `${k1}\n`);
  // What the API would have made one by one, by the same code.
  const seeding = await stack.broker(MasterKeys.parse(k1));
  const credentials = new CredentialStore(seeding.box);
  await seeding.unitOfWork.run(org, async (work) => {
    for (let count = 0; count < secretCount; count += 1) {
      const [id, password] = [randomUUID(), randomBytes(12).toString('hex')];
      passwords.set(id, password);
      await credentials.insert(work, { id, resourceId, method: 'basic', settings: { username: 'u' } }, { password });
    }
  });
  await seeding[Symbol.asyncDispose]();
}, 180_000);
afterAll(async () => {
  for (const child of [...brokers]) await end(child, 'SIGKILL');
  await stack[Symbol.asyncDispose]();
  removeTestFolder(folder);
});

describe('key rotation (promise 10)', () => {
  it('is for operators only', async () => {
    const broker = await start();
    await expect(stack.gateway.request(listKeys, {}, callOf(org))).rejects.toMatchObject({ slug: 'missing-scope' });
    await expect(stack.gateway.request(rotateKeys, {}, callOf(org))).rejects.toMatchObject({ slug: 'missing-scope' });
    await end(broker, 'SIGTERM');
  });

  it('wraps every secret anew, and seals it anew, while leases are asked for', async () => {
    const running = [await start(), await start()];
    writeFileSync(keyFile, `${k2}\n${k1}\n`);
    const ids = [...passwords.keys()];
    let [leases, failures, done] = [0, 0, false];
    const asking = (async () => {
      while (!done) {
        const credentialId = ids[leases % ids.length] ?? '';
        leases += 1;
        await stack.lease({ credentialId, resourceId }, operator).then(
          ({ secrets }) => (failures += secrets.password === passwords.get(credentialId) ? 0 : 1),
          () => (failures += 1),
        );
        await sleep(20);
      }
    })();
    const wrapped = await finished((await rotate('keys')).id);
    const afterWrapping = await stored();
    const sealed = await finished((await rotate('data')).id);
    done = true;
    await asking;
    const rows = await stored();
    const openAgain = await openWith(k2, rows);
    console.log(
      `rotation of ${secretCount} secrets: ${wrapped.records} wrapped anew, ${sealed.records} sealed anew, ${leases} leases with ${failures} failures meanwhile, ${openAgain} open with the new key alone`,
    );
    expect([wrapped.unreadable, sealed.unreadable, failures, openAgain]).toEqual([0, 0, 0, secretCount]);
    expect(await openWith(k2, afterWrapping)).toBe(secretCount);
    const before = new Set(afterWrapping.map((row) => row.sealed.subarray(-40).toString('hex')));
    expect(rows.filter((row) => before.has(row.sealed.subarray(-40).toString('hex')))).toEqual([]);
    expect((await keys()).data).toMatchObject([
      { id: 'k2', current: true, present: true, records: expect.any(Number) },
      { id: 'k1', current: false, present: true, records: 0 },
    ]);
    expect(stack.events.filter(({ action }) => action === 'key.rotated')).toMatchObject([
      { outcome: 'success', data: { depth: 'keys', keyId: 'k2' } },
      { outcome: 'success', data: { depth: 'data', keyId: 'k2' } },
    ]);
    for (const broker of running) await end(broker, 'SIGTERM');
  }, 60_000);

  it('goes on where a killed broker stopped, and leaves nothing on the old key', async () => {
    const backup = await stored();
    writeFileSync(keyFile, `${k3}\n${k2}\n`);
    let broker = await start();
    const { id } = await rotate('keys');
    let kills = 0;
    while (kills < 10) {
      // At another place each time: a portion takes some ten milliseconds.
      await sleep(10 + 17 * kills);
      await end(broker, 'SIGKILL');
      kills += 1;
      await stack.sql('UPDATE key_rotation SET held_until = clock_timestamp() WHERE finished_at IS NULL');
      broker = await start();
    }
    const rotation = await finished(id);
    const rows = await stored();
    const { data } = await keys();
    console.log(
      `rotation killed ${kills} times: ${rotation.records} records, ${data.find((key) => key.id === 'k2')?.records} left on the old key, ${await openWith(k3, rows)} open with the new one alone, ${await openWith(k3, backup)} of the old backup`,
    );
    expect(rotation.unreadable).toBe(0);
    expect(await openWith(k3, rows)).toBe(secretCount);
    expect(await openWith(k3, backup)).toBe(0);
    expect(data.find((key) => key.id === 'k2')).toMatchObject({ records: 0 });
    await end(broker, 'SIGTERM');
  }, 120_000);

  it('says what it could not open, and which key is missing', async () => {
    const [victim] = await stored();
    damaged = victim?.id ?? '';
    await stack.sql(`UPDATE credential SET sealed = overlay(sealed placing 'k9' from 3 for 2) WHERE id = $1`, [
      victim?.id,
    ]);
    const broker = await start();
    const rotation = await finished((await rotate('data')).id);
    expect(rotation).toMatchObject({ unreadable: 1 });
    expect((await keys()).data).toContainEqual({ id: 'k9', current: false, present: false, records: 1 });
    expect(stack.events.filter(({ action }) => action === 'key.rotated').at(-1)).toMatchObject({
      outcome: 'failure',
      data: { unreadable: 1 },
    });
    await end(broker, 'SIGTERM');
  }, 60_000);

  it('keeps to the keys that it has when the file is no good, and begins nothing', async () => {
    const broker = await start();
    const good = readFileSync(keyFile);
    writeFileSync(keyFile, 'k4:short\n');
    try {
      await expect(rotate('keys')).rejects.toMatchObject({ slug: 'unavailable' });
      for (const [credentialId, password] of [...passwords].slice(0, 3).concat([[damaged, '']])) {
        const lease = await stack.lease({ credentialId, resourceId }, operator).catch((error: unknown) => error);
        // The one that was damaged before is refused as it always is.
        if (credentialId === damaged) expect(lease).toMatchObject({ slug: 'lease-unavailable' });
        else expect(lease).toMatchObject({ secrets: { password } });
      }
    } finally {
      writeFileSync(keyFile, good);
      await end(broker, 'SIGTERM');
    }
  }, 30_000);
});
