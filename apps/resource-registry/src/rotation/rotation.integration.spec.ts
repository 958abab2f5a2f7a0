import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import {
  createResource,
  findResource,
  installRotation,
  prepareRotation,
  rollBackResource,
  updateResource,
} from '@pontage/contracts/resource-registry';
import { resources, rotations } from '@pontage/contracts/snapshots';
import { SnapshotWriter } from '@pontage/snapshots';
import { problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
const since = (day: number): string => new Date(Date.UTC(2030, 0, 1 + day)).toISOString();
const view = (fingerprint: string) => ({ method: 'bearer', token: { set: true as const, fingerprint } });

/** The broker claims this next. */
function claims(fingerprint: string, day: number): string {
  const credentialId = randomUUID();
  room.broker.claim = () => ({ credentialId, authentication: view(fingerprint), rotatedAt: since(day) });
  return credentialId;
}

async function saved(settings: object = {}) {
  const credentialId = claims('f1', 0);
  const name = `r-${randomUUID()}`;
  const given = { name, baseUrl: 'https://a.example', ...settings };
  const { id } = await room.ask(createResource, { settings: given, draftId: randomUUID() }, call);
  return { id, credentialId };
}
const install = (resource: string, basedOn: string, more: object = {}) =>
  room.ask(installRotation, { resource, basedOn, draftId: randomUUID(), ...more }, call);
const snapshotOf = async (id: string) => (await room.watch(resources)).get(`${call.org}.${id}`);

beforeAll(async () => {
  room = await RegistryRoom.open();
  call = await room.newOrganisation('rotations');
});
afterAll(() => room.close());

describe('the setting', () => {
  it('is a part of a version, and says with the age of the secret when it is due', async () => {
    const { id } = await saved({ rotation: { everyDays: 90, remindDaysBefore: 14 } });
    const found = await room.ask(findResource, { resource: id }, call);
    expect(found.rotation).toEqual({ everyDays: 90, remindDaysBefore: 14 });
    expect(found.credentials).toEqual([
      { environment: null, rotatedAt: since(0), dueAt: since(90), settlingSince: null },
    ]);
    await room.ask(updateResource, { resource: id, settings: { rotation: null } }, call);
    expect((await room.ask(findResource, { resource: id }, call)).credentials[0]?.dueAt).toBeNull();
    const back = await room.ask(rollBackResource, { resource: id, version: 1 }, call);
    expect(back).toMatchObject({ rotation: { everyDays: 90 }, credentials: [{ dueAt: since(90) }] });
  });

  it.each([
    [{ everyDays: 0, remindDaysBefore: 0 }],
    [{ everyDays: 3651 }],
    [{ everyDays: 14, remindDaysBefore: 14 }],
    [{ everyDays: 1.5 }],
    [{ everyDays: 90, weekly: true }],
    [{}],
  ])('is refused as %j', async (rotation) => {
    await expect(saved({ rotation })).rejects.toMatchObject(problem('invalid-request'));
  });
});

describe('a rotation', () => {
  it('makes a version with the new credential and nothing else, whatever was changed meanwhile', async () => {
    const { id, credentialId } = await saved();
    const prepared = await room.ask(prepareRotation, { resource: id }, call);
    expect(prepared).toMatchObject({ resourceId: id, credentialId, baseUrl: 'https://a.example' });
    await room.ask(updateResource, { resource: id, settings: { description: 'meanwhile' } }, call);
    const next = claims('f2', 5);
    const rotated = await install(id, credentialId);
    expect(rotated).toMatchObject({ version: 3, description: 'meanwhile', authentication: view('f2') });
    expect(rotated.credentials[0]?.rotatedAt).toBe(since(5));
    expect(room.broker.claims.at(-1)).toMatchObject({
      basedOn: credentialId,
      rotates: true,
      destinationChanged: false,
    });
    expect(await snapshotOf(id)).toMatchObject({ version: 3, credentialId: next });
  });

  it('shows since when it settles', async () => {
    const { id, credentialId } = await saved();
    const writer = await SnapshotWriter.open(await room.stack.busOf('auth-broker'), rotations);
    const value = { resourceId: id, previousId: randomUUID(), prefers: 'new' as const, since: since(7) };
    await writer.put(`${call.org}.${credentialId}`, { version: 1, value });
    const settlingSince = async () =>
      (await room.ask(findResource, { resource: id }, call)).credentials[0]?.settlingSince;
    for (const deadline = Date.now() + 5_000; (await settlingSince()) === null && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await settlingSince()).toBe(since(7));
    writer.watch.stop();
  });

  it('is of one environment where that has a credential of its own', async () => {
    const { id, credentialId } = await saved();
    const own = claims('s1', 1);
    const authentication = { draftId: randomUUID() };
    const staging = { environments: { staging: { authentication } } };
    await room.ask(updateResource, { resource: id, settings: staging }, call);
    const prepared = await room.ask(prepareRotation, { resource: id, environment: 'staging' }, call);
    expect(prepared).toMatchObject({ credentialId: own, testedIn: 'staging' });
    const next = claims('s2', 6);
    await install(id, own, { environment: 'staging' });
    expect(await snapshotOf(id)).toMatchObject({ credentialId, environments: { staging: { credentialId: next } } });
    const found = await room.ask(findResource, { resource: id }, call);
    expect(found.environments.staging?.authentication).toEqual(view('s2'));
    expect(found.credentials.map(({ environment, rotatedAt }) => [environment, rotatedAt])).toEqual([
      [null, since(0)],
      ['staging', since(6)],
    ]);
  });

  it('is refused where there is nothing to rotate, and where the credential is another one by now', async () => {
    const { id, credentialId } = await saved();
    await expect(room.ask(prepareRotation, { resource: id, environment: 'staging' }, call)).rejects.toMatchObject({
      slug: 'invalid-request',
      errors: [{ pointer: '/query/environment', detail: expect.stringContaining('no credential of its own') }],
    });
    await expect(install(id, randomUUID())).rejects.toMatchObject(problem('rotation-settling'));
    const bare = { name: `r-${randomUUID()}`, baseUrl: 'https://a.example' };
    const none = await room.ask(createResource, { settings: bare }, call);
    await expect(room.ask(prepareRotation, { resource: none.id }, call)).rejects.toMatchObject(
      problem('invalid-request'),
    );
    expect(await snapshotOf(id)).toMatchObject({ version: 1, credentialId });
  });
});

describe('a version from before a rotation', () => {
  it('comes back with the successor of the credential that was retired', async () => {
    const { id, credentialId } = await saved({ description: 'before' });
    const next = claims('f2', 5);
    await install(id, credentialId);
    await room.ask(updateResource, { resource: id, settings: { description: 'after' } }, call);
    const successor = { credentialId: next, authentication: view('f2'), rotatedAt: since(5) };
    room.broker.successors = { [credentialId]: successor };
    const back = await room.ask(rollBackResource, { resource: id, version: 1 }, call);
    expect(back).toMatchObject({ version: 4, description: 'before', authentication: view('f2') });
    expect(back.credentials[0]?.rotatedAt).toBe(since(5));
    expect(await snapshotOf(id)).toMatchObject({ version: 4, credentialId: next });
  });

  it('comes back with its own credential as long as that has not been retired', async () => {
    const { id, credentialId } = await saved();
    claims('f2', 5);
    await install(id, credentialId);
    room.broker.successors = {};
    const back = await room.ask(rollBackResource, { resource: id, version: 1 }, call);
    expect(back).toMatchObject({ version: 3, authentication: view('f1') });
    expect(await snapshotOf(id)).toMatchObject({ credentialId });
  });
});
