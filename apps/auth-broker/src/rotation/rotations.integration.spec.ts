import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { draftRotation, claimCredential, findSuccessors, noteRotations } from '@pontage/contracts/auth-broker';
import { resourceSettings } from '@pontage/contracts/resource-registry';
import { resources, rotations } from '@pontage/contracts/snapshots';
import { SnapshotWatch, SnapshotWriter } from '@pontage/snapshots';
import { BrokerStack, callOf, type Broker } from '../broker.fixture.js';
import { CredentialStore } from '../credential/credential-store.js';
import { NamedCredentials } from './named-credentials.js';
import { RotationBucket } from './rotation-bucket.js';
import { RotationReminders } from './rotation-reminders.js';
import { RotationRounds } from './rotation-rounds.js';

let stack: BrokerStack;
let brokers: Broker[];
let told: SnapshotWriter<typeof resources>;
let bucket: SnapshotWatch<typeof rotations>;
let named: NamedCredentials;
const call = callOf();
let version = 0;
const stops: { stop(): void }[] = [];

beforeAll(async () => {
  stack = await BrokerStack.start();
  told = await SnapshotWriter.open(stack.registry, resources);
  brokers = [await stack.broker(), await stack.broker()];
  const watch = await SnapshotWatch.open(broker().bus, resources);
  stops.push(watch, told.watch);
  named = new NamedCredentials(watch);
  bucket = await SnapshotWatch.open(stack.proxy, rotations);
});
afterAll(async () => {
  bucket?.stop();
  for (const each of stops) each.stop();
  await stack?.[Symbol.asyncDispose]();
});

const broker = (): Broker => brokers[0] as Broker;
const rounds = (of = broker(), known = named) => new RotationRounds(of.unitOfWork, new CredentialStore(of.box), known);
const reminders = (of: Broker) => new RotationReminders(of.unitOfWork, named);

/** Tells what the registry would: the resource has this credential. */
async function name(of: { resourceId: string; credentialId: string }, rotation: object | null = null): Promise<void> {
  version += 1;
  const settings = resourceSettings.parse({ name: `r${version}`, baseUrl: 'https://api.example', rotation });
  const { resourceId: id, credentialId } = of;
  const value = { ...settings, environments: {}, id, version, credentialId, authMethod: 'basic', secretsId: null };
  await told.put(`${call.org}.${id}`, { version, value });
  while (!named.isNamed(call.org, id, credentialId)) await new Promise((resolve) => setTimeout(resolve, 5));
}

const first = () => stack.credential({ method: 'basic', username: 'u', password: `canary-old-${randomUUID()}` }, call);

/** Drafts and claims, as gateway and registry do. */
async function rotate(of: { resourceId: string; credentialId: string }, password = `canary-new-${randomUUID()}`) {
  const { resourceId, credentialId: basedOn } = of;
  const asked = { credentialId: basedOn, resourceId, fields: { password } };
  const { draftId } = await stack.gateway.request(draftRotation, asked, call);
  const claim = { draftId, resourceId, basedOn, destinationChanged: false, rotates: true };
  const { credentialId, rotatedAt } = await stack.registry.request(claimCredential, claim, call);
  if (credentialId === null) throw new Error('nothing was claimed');
  return { resourceId, credentialId, rotatedAt };
}

async function installed() {
  const before = await first();
  await name(before);
  const after = await rotate(before);
  await name(after);
  await rounds().sweep();
  return { before, after };
}

const note = (credentialId: string, accepted: number, refused: number) =>
  stack.proxy.request(noteRotations, { notes: [{ credentialId, accepted, refused }] }, call);
const letPass = (credentialId: string, seconds: number) =>
  stack.sql(
    `UPDATE credential_rotation SET began_at = began_at - $2 * interval '1 second', installed_at = installed_at - $2 * interval '1 second',
       quiet_from = quiet_from - $2 * interval '1 second', accepted_at = accepted_at - $2 * interval '1 second' WHERE credential_id = $1`,
    [credentialId, seconds],
  );
const entry = async (credentialId: string) => bucket.find(`${call.org}.${credentialId}`);
const ids = async (resourceId: string): Promise<string[]> =>
  (await stack.sql<{ id: string }>('SELECT id FROM credential WHERE resource_id = $1', [resourceId])).map(
    ({ id }) => id,
  );

describe('a rotation', () => {
  it('is told before the resource names the new credential, and is on record once it does', async () => {
    const before = await first();
    await name(before);
    const after = await rotate(before);
    expect(await entry(after.credentialId)).toMatchObject({ previousId: before.credentialId, prefers: 'new' });
    await rounds().sweep();
    expect(stack.eventsOf(after.credentialId, 'credential.rotated')).toEqual([]);
    await name(after);
    await Promise.all(brokers.map((each) => rounds(each).sweep()));
    await rounds().sweep();
    expect(stack.eventsOf(after.credentialId, 'credential.rotated')).toHaveLength(1);
  });

  it('retires the old credential once the new one has proven itself: its secret is gone, and who stands in is known', async () => {
    const { before, after } = await installed();
    await note(after.credentialId, 5, 0);
    await rounds().sweep();
    expect(await ids(before.resourceId)).toHaveLength(2);
    await letPass(after.credentialId, 61);
    await Promise.all(brokers.map((each) => rounds(each).sweep()));
    expect(await ids(before.resourceId)).toEqual([after.credentialId]);
    expect(stack.eventsOf(before.credentialId, 'credential.retired')).toHaveLength(1);
    await bucket.until(() => (bucket.get(`${call.org}.${after.credentialId}`) === undefined ? true : undefined), 2_000);
    expect(bucket.get(`${call.org}.${after.credentialId}`)).toBeUndefined();
    await expect(stack.lease(before, call)).rejects.toMatchObject({ slug: 'not-found' });
    const asked = { resourceId: before.resourceId, credentialIds: [before.credentialId, after.credentialId] };
    const { successors } = await stack.registry.request(findSuccessors, asked, call);
    expect(successors).toEqual({
      [before.credentialId]: {
        credentialId: after.credentialId,
        rotatedAt: after.rotatedAt,
        authentication: { method: 'basic', username: 'u', password: { set: true, fingerprint: expect.any(String) } },
      },
    });
  });

  it('does not settle while the new one is refused, and not while somebody may be rolling back', async () => {
    const { before, after } = await installed();
    await note(after.credentialId, 20, 0);
    await letPass(after.credentialId, 61);
    await note(after.credentialId, 0, 1);
    await rounds().sweep();
    await note(after.credentialId, 20, 0);
    await letPass(after.credentialId, 61);
    const asked = { resourceId: before.resourceId, credentialIds: [before.credentialId] };
    expect(await stack.registry.request(findSuccessors, asked, call)).toEqual({ successors: {} });
    await rounds().sweep();
    expect(await ids(before.resourceId)).toHaveLength(2);
    await letPass(after.credentialId, 61);
    await rounds().sweep();
    expect(await ids(before.resourceId)).toEqual([after.credentialId]);
  });

  it('lets no second one begin while it settles', async () => {
    const { before, after } = await installed();
    await expect(rotate(after)).rejects.toMatchObject({ slug: 'rotation-settling' });
    const basedOn = after.credentialId;
    const again = stack.credential({ method: 'basic', username: 'u', password: 'p' }, call, {
      resourceId: before.resourceId,
      basedOn,
      rotates: true,
    });
    await expect(again).rejects.toMatchObject({ slug: 'rotation-settling' });
  });

  it('that keeps being refused goes back to the old one, is told once, and can be tried again', async () => {
    const { before, after } = await installed();
    await note(after.credentialId, 0, 10);
    await letPass(after.credentialId, 61);
    await Promise.all(brokers.map((each) => rounds(each).sweep()));
    await rounds().sweep();
    const failing = stack.eventsOf(after.credentialId, 'credential.rotation-failing');
    expect(failing).toEqual([expect.objectContaining({ outcome: 'failure' })]);
    await bucket.until(
      () => (bucket.get(`${call.org}.${after.credentialId}`)?.prefers === 'previous' ? true : undefined),
      2_000,
    );
    expect(await entry(after.credentialId)).toMatchObject({ previousId: before.credentialId, prefers: 'previous' });

    const third = await rotate(after);
    expect(await entry(third.credentialId)).toMatchObject({ previousId: before.credentialId, prefers: 'new' });
    await name(third);
    await rounds().sweep();
    await note(third.credentialId, 5, 0);
    await letPass(third.credentialId, 61);
    await rounds().sweep();
    expect(await ids(before.resourceId)).toEqual([third.credentialId]);
  });

  it('deletes none that may be rolled back to, also one whose place was taken before it had proven itself', async () => {
    const { before, after } = await installed();
    await note(after.credentialId, 0, 10);
    await letPass(after.credentialId, 61);
    await rounds().sweep();
    const third = await rotate(after);
    await name(third);
    await rounds().sweep();
    await note(third.credentialId, 5, 0);
    await letPass(third.credentialId, 61);
    const asked = { resourceId: before.resourceId, credentialIds: [after.credentialId] };
    await stack.registry.request(findSuccessors, asked, call);
    await rounds().sweep();
    expect(await ids(before.resourceId)).toHaveLength(3);
  });

  it('is not ended by a process that may have missed what the registry has told', async () => {
    const { before, after } = await installed();
    await letPass(after.credentialId, 11);
    const late = await SnapshotWatch.open(broker().bus, resources);
    late.stop();
    await name(before);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await rounds(broker(), new NamedCredentials(late)).sweep();
    expect(await entry(after.credentialId)).toMatchObject({ previousId: before.credentialId });
  });

  it('is refused for a client that people sign in with', async () => {
    const url = 'https://login.example';
    const client = {
      method: 'oauth2',
      grant: 'authorization_code',
      issuer: url,
      clientId: 'c',
      clientSecret: 'canary-0',
    };
    const { credentialId, resourceId } = await stack.credential(client, call);
    const asked = { credentialId, resourceId, fields: { clientSecret: 'canary-1' } };
    await expect(stack.gateway.request(draftRotation, asked, call)).rejects.toMatchObject({
      slug: 'invalid-request',
      detail: expect.stringContaining('PATCH'),
    });
  });

  it('ends where the resource is rolled back, and deletes nothing', async () => {
    const { before, after } = await installed();
    await letPass(after.credentialId, 11);
    await name(before);
    await rounds().sweep();
    expect(await ids(before.resourceId)).toHaveLength(2);
    expect(await stack.sql('SELECT FROM credential_rotation WHERE credential_id = $1', [after.credentialId])).toEqual(
      [],
    );
  });

  it('is told again when the bucket is behind, and what is over is taken out of it', async () => {
    const { after } = await installed();
    const stray = `${call.org}.${randomUUID()}`;
    const own = await RotationBucket.open(broker().bus);
    const value = {
      resourceId: after.resourceId,
      previousId: randomUUID(),
      prefers: 'new',
      since: '2030-01-01T00:00:00Z',
    };
    await own.put(rotations.name, stray, { version: 1, value });
    await bucket.find(stray);
    await stack.sql('UPDATE credential_rotation SET version = 7 WHERE credential_id = $1', [after.credentialId]);
    await own.rebuild(broker().unitOfWork, new CredentialStore(broker().box).rotations);
    await bucket.until(() => (bucket.get(stray) === undefined ? true : undefined), 2_000);
    expect(bucket.get(stray)).toBeUndefined();
    expect(bucket.versionOf(`${call.org}.${after.credentialId}`)).toBe(7);
    own.stop();
  });
});

describe('a reminder', () => {
  const due = (credentialId: string) => stack.eventsOf(credentialId, 'credential.rotation-due');
  const age = (credentialId: string, days: number) =>
    stack.sql(`UPDATE credential SET rotated_at = now() - $2 * interval '1 day' WHERE id = $1`, [credentialId, days]);
  const remind = () => Promise.all(brokers.map((each) => reminders(each).sweep()));

  it('is given once for a due date, by however many processes, and again when the date moves', async () => {
    const of = await first();
    await name(of, { everyDays: 90, remindDaysBefore: 14 });
    await remind();
    expect(due(of.credentialId)).toEqual([]);
    await age(of.credentialId, 80);
    await remind();
    await remind();
    expect(due(of.credentialId)).toHaveLength(1);
    await name(of, { everyDays: 60, remindDaysBefore: 14 });
    await remind();
    await remind();
    expect(due(of.credentialId)).toHaveLength(2);
  });

  it('is given to nobody after a rotation, and counts from it', async () => {
    const of = await first();
    await age(of.credentialId, 80);
    const after = await rotate(of);
    await name(after, { everyDays: 90, remindDaysBefore: 14 });
    await remind();
    expect([...due(of.credentialId), ...due(after.credentialId)]).toEqual([]);
  });

  it('counts on when a change keeps the secret', async () => {
    const of = await first();
    await age(of.credentialId, 80);
    const kept = { set: true, fingerprint: 'x' };
    const changed = { method: 'basic', username: 'other', password: kept };
    const after = await stack.credential(changed, call, { resourceId: of.resourceId, basedOn: of.credentialId });
    expect(Date.parse(after.rotatedAt ?? '')).toBeLessThan(Date.now() - 79 * 24 * 3_600_000);
    await name(after, { everyDays: 90, remindDaysBefore: 14 });
    await remind();
    expect(due(after.credentialId)).toHaveLength(1);
  });
});
