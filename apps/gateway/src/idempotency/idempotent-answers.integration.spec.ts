import { randomUUID } from 'node:crypto';
import { Kvm } from '@nats-io/kv';
import { jetstream } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApp, createToken } from '@pontage/contracts/resource-registry';
import { appNameTaken } from '@pontage/problems';
import { runGateway, type RunningGateway } from '../testing/running-gateway.js';

let gateway: RunningGateway;
let token: string;
/** How often the registry was asked to do something. */
let made = 0;
let hold: Promise<void> | undefined;

beforeAll(async () => {
  gateway = await runGateway();
  token = await gateway.token(['admin']);
  const at = new Date().toISOString();
  gateway.registry.serve(createApp, async ({ name, description }) => {
    made += 1;
    await hold;
    if (name === 'taken') throw appNameTaken({ name });
    return { uuid: randomUUID(), name, description, version: 1, createdAt: at, updatedAt: at };
  });
  gateway.registry.serve(createToken, async ({ draft }) => {
    made += 1;
    return { ...draft, id: randomUUID(), createdAt: at, createdBy: 'x', memberId: null };
  });
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
});

const post = (path: string, key: string, json: unknown, as = token) =>
  gateway.fetch(path, { method: 'POST', token: as, json, headers: { 'idempotency-key': key } });
const makeApp = (key: string, name = 'a', as?: string) => post('/api/v1/apps', key, { name }, as);
const codeOf = async (answer: Response): Promise<unknown> => ((await answer.json()) as { code?: string }).code;
const storeOf = async (name: string) => new Kvm(jetstream(await gateway.stack.operator())).open(name);

describe('Idempotency-Key', () => {
  it('gives a repeated request the first answer, its ETag included, and does nothing again', async () => {
    made = 0;
    const [first, second] = [await makeApp('repeat'), await makeApp('repeat')];
    expect([first.status, second.status, made]).toEqual([201, 201, 1]);
    expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(second.headers.get('etag')).toBe('"1"');
    expect(await second.json()).toEqual(await first.json());
  });

  it('belongs to one request', async () => {
    await makeApp('other-body', 'a');
    const other = await makeApp('other-body', 'b');
    expect([other.status, await codeOf(other)]).toEqual([422, 'idempotency-key-reused']);
    const otherRoute = await post('/api/v1/tokens', 'other-body', { name: 'a', scopes: ['apps:read'] });
    expect([otherRoute.status, await codeOf(otherRoute)]).toEqual([422, 'idempotency-key-reused']);
  });

  it('belongs to one token', async () => {
    made = 0;
    await makeApp('per-token');
    expect((await makeApp('per-token', 'a', await gateway.token(['admin']))).status).toBe(201);
    expect(made).toBe(2);
  });

  it('lets one of many at once through', async () => {
    made = 0;
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const first = makeApp('at-once');
    const others = await Promise.all(Array.from({ length: 5 }, () => makeApp('at-once')));
    const refused = await Promise.all(others.map(async (answer) => [answer.status, await codeOf(answer)]));
    release();
    hold = undefined;
    const winners = [await first, ...others].filter(({ status }) => status === 201);
    expect([winners.length, made]).toEqual([1, 1]);
    expect(
      refused.filter(([status, code]) => status === 409 && code === 'idempotency-in-progress').length,
    ).toBeGreaterThanOrEqual(4);
  });

  it('stays free when the request was refused', async () => {
    made = 0;
    expect((await makeApp('refused', 'taken')).status).toBe(409);
    expect((await makeApp('refused', 'free')).status).toBe(201);
    expect(made).toBe(2);
  });

  it('is checked before anything is done', async () => {
    made = 0;
    for (const key of ['with space', 'x'.repeat(201), 'ünicode']) {
      const answer = await gateway.fetch('/api/v1/apps', {
        method: 'POST',
        token,
        json: { name: 'a' },
        headers: { 'idempotency-key': Buffer.from(key).toString('latin1') },
      });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ errors: [{ pointer: '/headers/Idempotency-Key', detail: expect.any(String) }] }),
      ]);
    }
    expect(made).toBe(0);
  });

  it('keeps a secret answer sealed, apart, and not for long', async () => {
    made = 0;
    const first = (await (await post('/api/v1/tokens', 'secret', { name: 'a', scopes: ['apps:read'] })).json()) as {
      token: string;
    };
    const again = (await (await post('/api/v1/tokens', 'secret', { name: 'a', scopes: ['apps:read'] })).json()) as {
      token: string;
    };
    expect([again, made]).toEqual([first, 1]);
    const secrets = await storeOf('idempotency_secrets');
    expect((await secrets.status()).ttl).toBe(600_000);
    expect((await (await storeOf('idempotency')).status()).ttl).toBe(24 * 3_600_000);
    for (const name of ['idempotency', 'idempotency_secrets']) {
      const store = await storeOf(name);
      for await (const key of await store.keys())
        expect((await store.get(key))?.string()).not.toContain(first.token.slice(8));
    }
    // What ten minutes do.
    for await (const key of await secrets.keys()) await secrets.purge(key);
    const late = await post('/api/v1/tokens', 'secret', { name: 'a', scopes: ['apps:read'] });
    expect([late.status, await codeOf(late)]).toEqual([409, 'idempotency-answer-gone']);
  });
});
