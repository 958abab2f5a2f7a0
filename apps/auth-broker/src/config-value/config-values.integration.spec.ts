import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  claimConfigValue,
  claimSecrets,
  draftConfigValue,
  draftSecrets,
  leaseConfigValue,
  listKeys,
  rotateKeys,
} from '@pontage/contracts/auth-broker';
import { config } from '@pontage/contracts/snapshots';
import { MasterKeys } from '@pontage/envelope';
import { SnapshotWatch } from '@pontage/snapshots';
import { BrokerStack, callOf, newKey, type Broker } from '../broker.fixture.js';
import { TokenEndpoint } from '../grant/token-endpoint.fixture.js';
import { ConfigVariables } from '../lease/config-variables.js';
import { ConfigValueStore } from './config-value-store.js';
import { ConfigValueSweep } from './config-value-sweep.js';

let stack: BrokerStack;
let broker: Broker;
let endpoint: TokenEndpoint;
const call = callOf();
const [k1, k2] = [newKey('k1'), newKey('k2')];
const slug = (value: string) => ({ slug: value });

beforeAll(async () => {
  [stack, endpoint] = await Promise.all([BrokerStack.start(), TokenEndpoint.start()]);
  broker = await stack.broker(MasterKeys.parse(k1));
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
});

interface Variable {
  readonly name: string;
  readonly environment?: string;
  readonly version?: number;
  readonly basedOn?: string | null;
}
const of = ({ name, environment = 'staging', version = 1, basedOn = null }: Variable) => ({
  name,
  environment,
  version,
  basedOn,
});
async function claim(value: string, variable: Variable, by = call) {
  const { draftId } = await stack.gateway.request(draftConfigValue, { value }, by);
  return stack.registry.request(claimConfigValue, { draftId, ...of(variable) }, by);
}
const lease = (valueId: string, name: string, environment = 'staging', by = call) =>
  stack.proxy.request(leaseConfigValue, { valueId, name, environment }, by);
const stored = async () => (await stack.sql<{ id: string }>('SELECT id FROM config_value')).map(({ id }) => id);

describe('the secret value of a variable', () => {
  it('is drafted, claimed and lent, and shows to nobody on the way', async () => {
    const canary = 'canary-c0nfig-v4lue';
    const { valueId, fingerprint } = await claim(canary, { name: 'KEY' });
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(await lease(valueId, 'KEY')).toEqual({ value: canary, validForMs: 300_000 });
    const rows = await stack.sql(
      "SELECT t::text FROM config_value t UNION ALL SELECT t::text FROM draft t UNION ALL SELECT t::text FROM outbox t UNION ALL SELECT encode(sealed, 'escape') FROM config_value",
    );
    const seen = Buffer.concat([...stack.wire, Buffer.from(JSON.stringify(rows))]);
    const forms = [canary, Buffer.from(canary).toString('base64').slice(0, -4), Buffer.from(canary).toString('hex')];
    expect([stack.wire.length > 3, forms.filter((form) => seen.includes(form))]).toEqual([true, []]);
  });

  it('is that of its own variable, environment and organisation only', async () => {
    const { valueId } = await claim('mine', { name: 'OWN' });
    await expect(lease(valueId, 'OTHER')).rejects.toMatchObject(slug('not-found'));
    await expect(lease(valueId, 'OWN', 'production')).rejects.toMatchObject(slug('not-found'));
    await expect(lease(valueId, 'OWN', 'staging', callOf())).rejects.toMatchObject(slug('not-found'));
    // Nor does it open there when somebody puts the row in its place.
    await stack.sql(`UPDATE config_value SET name = 'OTHER' WHERE id = $1`, [valueId]);
    await expect(lease(valueId, 'OTHER')).rejects.toMatchObject(slug('lease-unavailable'));
    expect(stack.events.at(-1)).toMatchObject({
      action: 'credential.damaged',
      data: { variable: 'OTHER', environment: 'staging', valueId },
    });
    await stack.sql('DELETE FROM config_value WHERE id = $1', [valueId]);
  });

  it('is the same record when it is the same value, and looks alike within its variable only', async () => {
    const first = await claim('same', { name: 'A' });
    expect(await claim('same', { name: 'A', version: 2, basedOn: first.valueId })).toEqual(first);
    const second = await claim('other', { name: 'A', version: 2, basedOn: first.valueId });
    expect(second.valueId).not.toBe(first.valueId);
    expect(second.fingerprint).not.toBe(first.fingerprint);
    const prints = await Promise.all(
      [of({ name: 'A' }), of({ name: 'B' }), of({ name: 'A', environment: 'production' })].map(
        async (variable) => (await claim('same', variable)).fingerprint,
      ),
    );
    expect(prints[0]).toBe(first.fingerprint);
    expect(new Set(prints).size).toBe(3);
  });

  it('is claimed once, from a draft of its own kind, by its organisation', async () => {
    const { draftId } = await stack.gateway.request(draftConfigValue, { value: 'once' }, call);
    const ask = (id: string, by = call) =>
      stack.registry.request(claimConfigValue, { draftId: id, ...of({ name: 'ONCE' }) }, by);
    await expect(ask(draftId, callOf())).rejects.toMatchObject(slug('not-found'));
    const outcomes = await Promise.allSettled([ask(draftId), ask(draftId), ask(draftId)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const other = await stack.gateway.request(draftSecrets, { secrets: [] }, call);
    await expect(ask(other.draftId)).rejects.toMatchObject(slug('not-found'));
    for (const value of ['', 'x'.repeat(8_193)])
      await expect(stack.gateway.request(draftConfigValue, { value }, call)).rejects.toMatchObject(
        slug('invalid-request'),
      );
  });

  it('goes with a rotation of keys', async () => {
    const { valueId } = await claim('turned', { name: 'TURNED' });
    const sealed = () => stack.sql<{ sealed: Buffer }>('SELECT sealed FROM config_value WHERE id = $1', [valueId]);
    const before = await sealed();
    await broker[Symbol.asyncDispose]();
    broker = await stack.broker(MasterKeys.parse(`${k2}\n${k1}`));
    const operator = callOf(call.org, ['admin', 'operator']);
    for (const depth of ['keys', 'data'] as const) {
      const { id } = await stack.gateway.request(rotateKeys, { depth }, operator);
      for (let isOver = false; !isOver; await pause(20)) {
        const { rotation } = await stack.gateway.request(listKeys, {}, operator);
        isOver = rotation?.id === id && rotation.finishedAt !== null;
      }
    }
    const { data } = await stack.gateway.request(listKeys, {}, operator);
    expect(data.find(({ id }) => id === 'k1')).toMatchObject({ records: 0 });
    await broker[Symbol.asyncDispose]();
    broker = await stack.broker(MasterKeys.parse(k2));
    expect(await lease(valueId, 'TURNED')).toMatchObject({ value: 'turned' });
    expect(await sealed()).not.toEqual(before);
  });

  it('is forgotten when the bucket says that another one has taken its place, and not before', async () => {
    await stack.sql('DELETE FROM config_value');
    const watch = await SnapshotWatch.open(broker.bus, config);
    const variables = new ConfigVariables(watch);
    const store = new ConfigValueStore(broker.box);
    const usual = new ConfigValueSweep(broker.unitOfWork, store, variables);
    const sweep = new ConfigValueSweep(broker.unitOfWork, store, variables, 0);
    const tell = async (name: string, version: number, value: { value: string } | { valueId: string } | null) => {
      const key = `${call.org}.staging.${name}`;
      await stack.config.put(key, { version, value });
      await watch.until(() => (watch.versionOf(key) === version ? true : undefined), 2_000);
    };
    const first = await claim('1', { name: 'S' });
    // The bucket was lost, or has not heard of it yet.
    expect(await sweep.sweep()).toBe(0);
    await tell('S', 1, { valueId: first.valueId });
    const second = await claim('2', { name: 'S', version: 2, basedOn: first.valueId });
    expect(await sweep.sweep()).toBe(0);
    await tell('S', 2, { valueId: second.valueId });
    expect(await usual.sweep()).toBe(0);
    expect(await lease(first.valueId, 'S')).toMatchObject({ value: '1' });
    expect(await sweep.sweep()).toBe(1);
    await expect(lease(first.valueId, 'S')).rejects.toMatchObject(slug('not-found'));
    // Claimed for a version that was saved without it, as when a registry dies.
    await claim('lost', { name: 'S', version: 3 });
    await tell('S', 3, { valueId: second.valueId });
    expect(await sweep.sweep()).toBe(1);
    expect(await stored()).toEqual([second.valueId]);
    await tell('S', 4, { value: 'readable' });
    expect(await sweep.sweep()).toBe(1);
    const third = await claim('3', { name: 'S', version: 5 });
    await tell('S', 5, { valueId: third.valueId });
    await tell('S', 6, null);
    expect(await sweep.sweep()).toBe(1);
    expect(await stored()).toEqual([]);
    watch.stop();
  });
});

describe('a credential that is made with secret variables', () => {
  const tell = (name: string, version: number, valueId: string) =>
    stack.config.put(`${call.org}.production.${name}`, { version, value: { valueId } });

  it('acquires its grant with their values, and another one when one of them changes', async () => {
    const right = await claim(endpoint.clientSecret, { name: 'CLIENT', environment: 'production' });
    const wrong = await claim('wrong', { name: 'CLIENT', environment: 'production', version: 2 });
    await tell('CLIENT', 1, right.valueId);
    const of = await stack.credential(endpoint.authentication({ clientSecret: '{{ config.CLIENT }}' }), call);
    const first = await stack.lease(of, call);
    expect(await endpoint.knows(first.grant?.value)).toBe(true);
    expect(first.variables).toEqual([{ name: 'CLIENT', version: 1 }]);
    await tell('CLIENT', 2, wrong.valueId);
    await expect(stack.lease(of, call)).rejects.toMatchObject(slug('credential-rejected'));
    await tell('CLIENT', 3, right.valueId);
    expect((await stack.lease(of, call)).variables).toEqual([{ name: 'CLIENT', version: 3 }]);
    const events = JSON.stringify(stack.events);
    expect([events.includes(endpoint.clientSecret), events.includes('grant.failed')]).toEqual([false, true]);
  });

  it('says so of a value that is gone', async () => {
    await tell('GONE', 1, randomUUID());
    const of = await stack.credential(endpoint.authentication({ clientSecret: '{{ config.GONE }}' }), call);
    await expect(stack.lease(of, call)).rejects.toMatchObject(slug('lease-unavailable'));
  });
});

describe('what a credential brings along', () => {
  it('are the variables that the one before did not name, or not for this destination', async () => {
    const resourceId = randomUUID();
    const bearer = (token: string, more: object = {}) =>
      stack.credential({ method: 'bearer', token }, call, { resourceId, ...more });
    const first = await bearer('{{ config.A }}');
    const pointer = '/authentication/token';
    expect(first.brought).toEqual([{ name: 'A', pointer }]);
    const basedOn = first.credentialId;
    expect((await bearer('{{ config.A }}{{ config.B }}', { basedOn })).brought).toEqual([{ name: 'B', pointer }]);
    expect((await bearer('{{ config.A }}', { basedOn, destinationChanged: true })).brought).toEqual([
      { name: 'A', pointer },
    ]);
    const client = (tokenUrl: string, basedOnId: string | null) =>
      stack.credential(endpoint.authentication({ clientSecret: '{{ config.A }}', tokenUrl }), call, {
        resourceId,
        basedOn: basedOnId,
      });
    const here = await client('https://a.example/token', null);
    expect((await client('https://a.example/token', here.credentialId)).brought).toEqual([]);
    expect((await client('https://b.example/token', here.credentialId)).brought).toHaveLength(1);
  });

  it('is told of sealed values, too', async () => {
    const resourceId = randomUUID();
    const place = { setting: 'headers', name: 'x-key' } as const;
    const claimed = async (value: string, basedOn: string | null, destinationChanged = false) => {
      const secrets = [{ place, pointer: '/headers/0/1', value }];
      const { draftId } = await stack.gateway.request(draftSecrets, { secrets }, call);
      const keep: [] = [];
      return stack.registry.request(claimSecrets, { draftId, resourceId, basedOn, destinationChanged, keep }, call);
    };
    const first = await claimed('x-{{ config.A }}', null);
    expect(first.brought).toEqual([{ name: 'A', pointer: '/headers/0/1' }]);
    expect((await claimed('{{ config.A }}', first.secretsId)).brought).toEqual([]);
    expect((await claimed('{{ config.A }}', first.secretsId, true)).brought).toHaveLength(1);
  });
});
