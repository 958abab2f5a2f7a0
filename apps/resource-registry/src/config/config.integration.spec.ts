import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import { deleteConfig, listConfig, putConfig } from '@pontage/contracts/resource-registry';
import { config } from '@pontage/contracts/snapshots';
import { callOf, problem, RegistryRoom } from '../registry.fixture.js';

let room: RegistryRoom;
let call: Call;
beforeAll(async () => {
  room = await RegistryRoom.open();
  call = await room.newOrganisation('variables');
});
afterAll(() => room.close());

const list = async () =>
  (await room.ask(listConfig, {}, call)).data.map(
    ({ name, environment, value }) => `${name}@${environment}=${typeof value === 'string' ? value : value.fingerprint}`,
  );

describe('configuration variables', () => {
  it('have a value in each environment, production when none is named', async () => {
    const watch = await room.watch(config);
    expect(await room.ask(putConfig, { name: 'HOST', value: 'a' }, call)).toMatchObject({
      name: 'HOST',
      environment: 'production',
      value: 'a',
    });
    await room.ask(putConfig, { name: 'HOST', environment: 'staging', value: 'b' }, call);
    await room.ask(putConfig, { name: 'A', value: '1' }, call);
    expect(await list()).toEqual(['A@production=1', 'HOST@production=a', 'HOST@staging=b']);
    expect([watch.get(`${call.org}.production.HOST`), watch.get(`${call.org}.staging.HOST`)]).toEqual([
      { value: 'a' },
      { value: 'b' },
    ]);
    const first = await room.ask(listConfig, { limit: 2 }, call);
    const second = await room.ask(listConfig, { limit: 2, cursor: first.nextCursor ?? '' }, call);
    expect(second.data.map(({ environment }) => environment)).toEqual(['staging']);
  });

  it('are refused in an environment that is not there', async () => {
    await expect(room.ask(putConfig, { name: 'HOST', environment: 'moon', value: 'a' }, call)).rejects.toMatchObject(
      problem('not-found'),
    );
  });

  it('are recorded when they change, and only then', async () => {
    await room.ask(putConfig, { name: 'A', value: '2' }, call);
    await room.ask(putConfig, { name: 'A', value: '2' }, call);
    const events = (await room.events(call.org))
      .filter(({ action }) => action === 'config.set')
      .map(({ changes }) => changes);
    expect(events.slice(-2)).toEqual([
      [{ pointer: '/production/A', from: null, to: '1' }],
      [{ pointer: '/production/A', from: '1', to: '2' }],
    ]);
  });

  it('go from one environment or from all, and may come back', async () => {
    const watch = await room.watch(config);
    await room.ask(deleteConfig, { name: 'HOST', environment: 'staging' }, call);
    expect(await list()).toEqual(['A@production=2', 'HOST@production=a']);
    await room.ask(deleteConfig, { name: 'HOST' }, call);
    await expect(room.ask(deleteConfig, { name: 'HOST' }, call)).rejects.toMatchObject(problem('not-found'));
    expect(watch.get(`${call.org}.production.HOST`)).toBeUndefined();
    await room.ask(putConfig, { name: 'HOST', value: 'c' }, call);
    expect(watch.get(`${call.org}.production.HOST`)).toEqual({ value: 'c' });
  });

  it('are not set, deleted or read by a token that is restricted to groups: the resources of others stand on them', async () => {
    await room.ask(putConfig, { name: 'SHARED', value: 'ours' }, call);
    const restricted = callOf(call.org, { groupIds: [] });
    await expect(room.ask(putConfig, { name: 'SHARED', value: 'theirs' }, restricted)).rejects.toMatchObject(
      problem('forbidden'),
    );
    await expect(room.ask(deleteConfig, { name: 'SHARED' }, restricted)).rejects.toMatchObject(problem('forbidden'));
    await expect(room.ask(listConfig, {}, restricted)).rejects.toMatchObject(problem('forbidden'));
    expect(await list()).toContain('SHARED@production=ours');
  });

  it('do not collide when they are set at once', async () => {
    const watch = await room.watch(config);
    // The first round opens the connections that the others race on.
    for (const name of ['WARM', 'RACE', 'AGAIN']) {
      const values = Array.from({ length: 8 }, (_, index) => String(index));
      await Promise.all(values.map((value) => room.ask(putConfig, { name, value }, call)));
      const { data } = await room.ask(listConfig, {}, call);
      const { value } = data.find((each) => each.name === name) ?? {};
      expect(watch.get(`${call.org}.production.${name}`)).toEqual({ value });
    }
  });
});
