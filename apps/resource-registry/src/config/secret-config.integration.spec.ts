import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call, RequestOf } from '@pontage/contracts';
import {
  createApp,
  createGroup,
  createResource,
  deleteConfig,
  listConfig,
  putConfig,
  putQuery,
  rollBackResource,
  setGroupResource,
  updateResource,
} from '@pontage/contracts/resource-registry';
import { config } from '@pontage/contracts/snapshots';
import { secretRequired } from '@pontage/problems';
import { callOf, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
let count = 0;
beforeAll(async () => {
  room = await RegistryRoom.open();
});
beforeEach(async () => {
  count += 1;
  call = await room.newOrganisation(`secrets ${count}`);
  room.broker.valueClaims.length = 0;
});
afterAll(() => room.close());

const put = (put: RequestOf<typeof putConfig>, by = call) => room.ask(putConfig, put, by);
const drafted = () => ({ draftId: randomUUID() });
/** Sets a secret; the broker here names a value by what it is told to. */
function putSecret(name: string, valueId: string = randomUUID(), fingerprint = 'f1', environment = 'production') {
  room.broker.claimValue = () => ({ valueId, fingerprint });
  return put({ name, environment, value: drafted(), secret: true });
}
const list = async () => (await room.ask(listConfig, {}, call)).data;
const changes = async () =>
  (await room.events(call.org))
    .filter(({ action }) => action.startsWith('config.'))
    .flatMap((event) => event.changes as { from: unknown; to: unknown }[]);

describe('a secret variable', () => {
  it('shows as set, in the answer and in the list; the bucket has its name for the broker', async () => {
    const [watch, valueId, draft] = [await room.watch(config), randomUUID(), drafted()];
    room.broker.claimValue = () => ({ valueId, fingerprint: 'f1' });
    const shown = { name: 'KEY', environment: 'staging', secret: true, value: { set: true, fingerprint: 'f1' } };
    expect(await put({ name: 'KEY', environment: 'staging', value: draft, secret: true })).toMatchObject(shown);
    expect(await list()).toEqual([expect.objectContaining(shown)]);
    expect(room.broker.valueClaims).toEqual([
      { ...draft, name: 'KEY', environment: 'staging', version: 1, basedOn: null },
    ]);
    expect(watch.get(`${call.org}.staging.KEY`)).toEqual({ valueId });
    await put({ name: 'PLAIN', value: 'text' });
    expect(await list()).toContainEqual(expect.objectContaining({ name: 'PLAIN', secret: false, value: 'text' }));
  });

  it('changes with its value, and only then: the same value, or its placeholder, changes nothing', async () => {
    const watch = await room.watch(config);
    const first = randomUUID();
    const { updatedAt } = await putSecret('KEY', first);
    expect(await putSecret('KEY', first)).toMatchObject({ updatedAt });
    expect(room.broker.valueClaims.at(-1)).toMatchObject({ version: 2, basedOn: first });
    const kept = { set: true, fingerprint: 'f1' } as const;
    for (const secret of [true, undefined])
      expect(await put({ name: 'KEY', value: kept, ...(secret === undefined ? {} : { secret }) })).toMatchObject({
        updatedAt,
      });
    expect(watch.versionOf(`${call.org}.production.KEY`)).toBe(1);
    await putSecret('KEY', randomUUID(), 'f2');
    expect(watch.versionOf(`${call.org}.production.KEY`)).toBe(2);
    expect(await changes()).toEqual([
      { pointer: '/production/KEY', from: null, to: { set: true, fingerprint: 'f1' } },
      { pointer: '/production/KEY', from: { set: true, fingerprint: 'f1' }, to: { set: true, fingerprint: 'f2' } },
    ]);
  });

  it('becomes readable with a new value, secret with one, and goes; the record has fingerprints', async () => {
    const watch = await room.watch(config);
    await put({ name: 'KEY', value: 'was readable' });
    await putSecret('KEY');
    await put({ name: 'KEY', value: 'readable again', secret: false });
    expect(watch.get(`${call.org}.production.KEY`)).toEqual({ value: 'readable again' });
    await putSecret('KEY');
    await room.ask(deleteConfig, { name: 'KEY' }, call);
    expect(watch.get(`${call.org}.production.KEY`)).toBeUndefined();
    const shown = { set: true, fingerprint: 'f1' };
    expect((await changes()).map(({ from, to }) => [from, to])).toEqual([
      [null, 'was readable'],
      [{ readable: true }, shown],
      [shown, 'readable again'],
      [{ readable: true }, shown],
      [shown, null],
    ]);
    // Versions go on, so that the broker can tell an old value from the next one.
    await putSecret('KEY');
    expect(room.broker.valueClaims.at(-1)).toMatchObject({ version: 6, basedOn: null });
  });

  it('is refused where it cannot be meant so, and nothing changes', async () => {
    await putSecret('KEY');
    await put({ name: 'PLAIN', value: 'text' });
    const before = await list();
    const [right, wrong] = [
      { set: true, fingerprint: 'f1' },
      { set: true, fingerprint: 'f9' },
    ] as const;
    const refusals: [RequestOf<typeof putConfig>, object][] = [
      [{ name: 'KEY', value: wrong }, problem('invalid-request', '/value')],
      [{ name: 'KEY', environment: 'staging', value: right }, problem('invalid-request', '/value')],
      [{ name: 'PLAIN', value: right, secret: true }, problem('invalid-request', '/value')],
      [{ name: 'NEW', value: right, secret: true }, problem('invalid-request', '/value')],
      [{ name: 'KEY', value: right, secret: false }, problem('invalid-request', '/value')],
      // It may have been forgotten to say so.
      [{ name: 'KEY', value: 'next' }, problem('invalid-request', '/secret')],
      [{ name: 'KEY', value: 'next', secret: true }, problem('invalid-request', '/secret')],
      [{ name: 'KEY', value: 'x'.repeat(8_193) }, problem('invalid-request')],
      [{ name: 'KEY', environment: 'moon', value: drafted(), secret: true }, problem('not-found')],
    ];
    for (const [asked, refusal] of refusals) await expect(put(asked)).rejects.toMatchObject(refusal);
    room.broker.claimValue = () => {
      throw secretRequired({});
    };
    await expect(put({ name: 'KEY', value: drafted(), secret: true })).rejects.toMatchObject(
      problem('secret-required'),
    );
    const restricted = callOf(call.org, { groupIds: [] });
    await expect(put({ name: 'KEY', value: drafted(), secret: true }, restricted)).rejects.toMatchObject(
      problem('forbidden'),
    );
    expect(await list()).toEqual(before);
  });

  it('is claimed one after another when many set it at once', async () => {
    await putSecret('WARM');
    room.broker.claimValue = () => ({ valueId: randomUUID(), fingerprint: 'f' });
    await Promise.all(Array.from({ length: 8 }, () => put({ name: 'RACE', value: drafted(), secret: true })));
    const claims = room.broker.valueClaims.filter(({ name }) => name === 'RACE');
    expect(claims.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('a saved query', () => {
  it('cannot name a secret variable, of whichever environment, in any place', async () => {
    await room.ask(createResource, { settings: { name: 'orders', baseUrl: 'https://a.example' } }, call);
    const { uuid: app } = await room.ask(createApp, { name: 'portal' }, call);
    await putSecret('KEY', randomUUID(), 'f1', 'staging');
    await put({ name: 'PLAIN', value: 'text' });
    const save = (request: object) =>
      room.ask(putQuery, { app, name: 'q', query: { resource: 'orders', request } }, call);
    const text = 'x {{ config.KEY }}';
    const places: [object, string][] = [
      [{ path: '/{{ config["KEY"] }}' }, '/request/path'],
      [{ urlParams: [['a', text]] }, '/request/urlParams/0/1'],
      [{ headers: [['A', text]] }, '/request/headers/0/1'],
      [{ method: 'POST', body: { type: 'json', value: { a: [text] } } }, '/request/body/value/a/0'],
      [{ method: 'POST', body: { type: 'form', value: [['a', text]] } }, '/request/body/value/0/1'],
      [{ method: 'POST', body: { type: 'raw', value: text } }, '/request/body/value'],
    ];
    for (const [request, pointer] of places)
      await expect(save(request)).rejects.toMatchObject(problem('secret-variable', pointer));
    await save({ path: '/{{ config.PLAIN }}/{{ config.LATER }}' });
  });
});

describe('somebody who is restricted to groups', () => {
  /** A resource that the restricted one may edit. */
  async function resource(settings: object) {
    const made = await room.ask(
      createResource,
      { settings: { name: 'orders', baseUrl: 'https://a.example', ...settings } },
      call,
    );
    const group = await room.ask(createGroup, { name: 'editors', allResources: 'edit' }, call);
    await room.ask(setGroupResource, { id: group.id, resource: made.id, access: 'own' }, call);
    return { id: made.id, restricted: callOf(call.org, { groupIds: [group.id] }) };
  }

  it('brings no secret variable into a resource, and may go on with one that it names', async () => {
    await putSecret('KEY');
    await putSecret('OTHER', randomUUID(), 'f1', 'staging');
    await put({ name: 'PLAIN', value: 'text' });
    const { id, restricted } = await resource({ headers: [['X-Key', '{{ config.KEY }}']] });
    const update = (settings: object, more: object = {}) =>
      room.ask(updateResource, { resource: id, settings, ...more }, restricted);
    const brings: [object, string][] = [
      [{ headers: [['X-Other', '{{ config.OTHER }}']] }, '/headers/0/1'],
      [{ urlParams: [['a', '{{ config.OTHER }}']] }, '/urlParams/0/1'],
      [{ body: [['a', '{{ config.OTHER }}']] }, '/body/0/1'],
      [{ cookies: [['a', '{{ config.OTHER }}']] }, '/cookies/0/1'],
      [{ baseUrl: 'https://a.example/{{ config.OTHER }}' }, '/baseUrl'],
      // What the resource names is not taken elsewhere.
      [{ baseUrl: 'https://b.example' }, '/headers/0/1'],
    ];
    for (const [settings, pointer] of brings)
      await expect(update(settings)).rejects.toMatchObject(problem('forbidden', pointer));
    expect(await update({ urlParams: [['a', '{{ config.KEY }}{{ config.PLAIN }}']] })).toMatchObject({ version: 2 });
    const whole = { name: 'new', baseUrl: 'https://b.example', headers: [['X', '{{ config.KEY }}']] };
    await expect(room.ask(createResource, { settings: whole as never }, restricted)).rejects.toMatchObject(
      problem('forbidden', '/headers/0/1'),
    );
    await room.ask(updateResource, { resource: id, settings: { headers: [], urlParams: [] } }, call);
    await expect(room.ask(rollBackResource, { resource: id, version: 1 }, restricted)).rejects.toMatchObject(
      problem('forbidden', '/headers/0/1'),
    );
    expect(await room.ask(rollBackResource, { resource: id, version: 1 }, call)).toMatchObject({ version: 4 });
  });

  it('brings none in with a credential or a sealed value either, of which only the broker knows what they name', async () => {
    await putSecret('KEY');
    const { id, restricted } = await resource({});
    const brought = [
      { name: 'KEY', pointer: '/authentication/token' },
      { name: 'PLAIN', pointer: '/authentication/x' },
    ];
    room.broker.claim = () => ({ credentialId: randomUUID(), authentication: { method: 'bearer' }, brought });
    const update = { resource: id, settings: {}, draftId: randomUUID() };
    await expect(room.ask(updateResource, update, restricted)).rejects.toMatchObject(
      problem('forbidden', '/authentication/token'),
    );
    expect(await room.ask(updateResource, update, call)).toMatchObject({ version: 2 });
    room.broker.claim = () => ({
      credentialId: randomUUID(),
      authentication: { method: 'bearer' },
      brought: brought.slice(1),
    });
    expect(await room.ask(updateResource, update, restricted)).toMatchObject({ version: 3 });

    room.broker.claimSecrets = () => ({
      secretsId: randomUUID(),
      fingerprints: { s0: 'f' },
      brought: [{ name: 'KEY', pointer: '/headers/0/1' }],
    });
    const sealed = {
      resource: id,
      settings: { headers: [['X', { draft: 's0' }]] as [string, { draft: string }][] },
      secretsDraftId: randomUUID(),
    };
    await expect(room.ask(updateResource, sealed, restricted)).rejects.toMatchObject(
      problem('forbidden', '/headers/0/1'),
    );
    expect(await room.ask(updateResource, sealed, call)).toMatchObject({ version: 4 });
  });
});
