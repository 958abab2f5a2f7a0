import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PressedUpstream } from './pressed-upstream.js';
import { figure } from '@pontage/testkit';

let pressed: PressedUpstream;

beforeAll(async () => {
  pressed = await PressedUpstream.start();
}, 90_000);
afterAll(() => pressed?.stop(), 30_000);

/** A worker sends what is safe once more over a new connection when an old one breaks, and says nothing of it. */
const method = 'PUT';
const flaky = (more = 'failures=1') => `/flaky/${randomUUID()}?${more}`;
/** What answered, after how many attempts, how long it took, and how often the upstream was asked. */
async function run(resource: string, query: { path: string } & Record<string, unknown>) {
  const begun = performance.now();
  const { http, json } = await pressed.query(resource, query);
  const ms = performance.now() - begun;
  return { http, status: json.status, attempts: json.attempts, ms, received: pressed.received(query.path).length };
}

describe('a query that fails in passing', () => {
  it.each([
    ['503', 'failures=2&status=503'],
    ['502', 'failures=2&status=502'],
    ['504', 'failures=2&status=504'],
    ['429', 'failures=2&status=429'],
    ['a broken connection', 'failures=2&status=0'],
  ])('is sent again after %s, until it is answered', async (what, failures) => {
    const result = await run(await pressed.resource({ retries: { attempts: 3 } }), { method, path: flaky(failures) });
    figure(`retry after ${what}: upstream received ${result.received}, answered ${result.status}`);
    expect(result).toMatchObject({ http: 200, status: 200, attempts: 3, received: 3 });
  });

  it.each([
    ['nobody asked for it', {}, 'GET', 1],
    ['the method is not idempotent', { retries: { attempts: 3 } }, 'POST', 1],
    ['PUT is', { retries: { attempts: 3 } }, 'PUT', 2],
    ['DELETE is', { retries: { attempts: 3 } }, 'DELETE', 2],
  ])('is sent again only where that is safe: %s', async (_, settings, method, received) => {
    const result = await run(await pressed.resource(settings), { method, path: flaky() });
    expect([result.status, result.received]).toEqual([received === 1 ? 503 : 200, received]);
  });

  it('gives the last answer to the caller when no attempt is left', async () => {
    const result = await run(await pressed.resource({ retries: { attempts: 2 } }), { path: flaky('failures=9') });
    expect(result).toMatchObject({ http: 200, status: 503, attempts: 3, received: 3 });
  });

  it('gives the failure to the caller when no attempt is left', async () => {
    const path = flaky('failures=9&status=0');
    const resource = await pressed.resource({ retries: { attempts: 1 } });
    const { http, json } = await pressed.query(resource, { method, path });
    expect([http, json.code, pressed.received(path).length]).toEqual([502, 'upstream-broken', 2]);
  });

  it.each([
    ['seconds', '1'],
    ['a date', 'date:2'],
  ])('waits as long as Retry-After says, in %s', async (form, after) => {
    const resource = await pressed.resource({ retries: { attempts: 1 } });
    const result = await run(resource, { path: flaky(`status=429&after=${after}`) });
    figure(
      `Retry-After in ${form}: upstream received ${result.received}, the second after ${Math.round(result.ms)} ms`,
    );
    expect(result).toMatchObject({ status: 200, attempts: 2, received: 2 });
    expect(result.ms).toBeGreaterThan(900);
  });

  it('passes the answer on when Retry-After asks for more than the time that is left', async () => {
    const resource = await pressed.resource({ retries: { attempts: 5 }, timeoutMs: 3_000 });
    const result = await run(resource, { path: flaky('status=503&after=60') });
    expect(result).toMatchObject({ http: 200, status: 503, attempts: 1, received: 1 });
    expect(result.ms).toBeLessThan(2_000);
  });

  it('waits longer than a verdict may otherwise take, and its caller hears nothing but the answer', async () => {
    const resource = await pressed.resource({ retries: { attempts: 1 }, timeoutMs: 30_000 });
    const result = await run(resource, { path: flaky('status=503&after=11') });
    expect(result).toMatchObject({ status: 200, attempts: 2, received: 2 });
  }, 30_000);

  it('is sent again through the proxy, too, with its body', async () => {
    const resource = await pressed.resource({ retries: { attempts: 1 } });
    const path = flaky();
    const response = await pressed.pontage.fetch(`/proxy/${resource}${path}`, { method: 'PUT', json: { a: 1 } });
    expect([response.status, await response.text()]).toEqual([200, 'time 2']);
    expect(pressed.received(path).map(({ body }) => body.toString())).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('is not sent again once its caller has gone', async () => {
    const resource = await pressed.resource({ retries: { attempts: 5 } });
    const path = flaky('status=503&after=2&failures=9');
    const caller = new AbortController();
    const asked = pressed.query(resource, { path }, caller.signal).catch(() => undefined);
    await pressed.upstream.received(({ target }) => target === path);
    await sleep(300);
    caller.abort();
    await asked;
    await sleep(3_000);
    figure(`cancelled while it waited: upstream received ${pressed.received(path).length}`);
    expect(pressed.received(path)).toHaveLength(1);
  });

  it('carries the same idempotency key on each attempt, and has one effect', async () => {
    const resource = await pressed.resource({ retries: { attempts: 3, idempotencyKey: 'Idempotency-Key' } });
    const path = `/effect/${randomUUID()}?failures=2`;
    const { json } = await pressed.query(resource, { method: 'POST', path });
    const sent = pressed.received(path).map(({ headers }) => valueOf(headers, 'idempotency-key'));
    figure(
      `idempotency key: upstream received ${sent.length} requests with ${new Set(sent).size} key, ${JSON.stringify(json.body)}`,
    );
    expect([json.status, json.attempts, json.body]).toEqual([200, 3, { effects: 1, time: 3 }]);
    expect(new Set(sent).size).toBe(1);
    expect(sent[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('shows the key in a preview', async () => {
    const resource = await pressed.resource({ retries: { attempts: 3, idempotencyKey: 'X-Once' } });
    const preview = await pressed.ask(`/api/v1/resources/${resource}/preview`, { method: 'POST', path: '/echo' });
    expect(preview.json).toMatchObject({ headers: expect.arrayContaining([['X-Once', expect.any(String)]]) });
  });

  it('keeps the key that its caller has given', async () => {
    const resource = await pressed.resource({ retries: { attempts: 1, idempotencyKey: 'Idempotency-Key' } });
    const path = flaky();
    await pressed.query(resource, { method: 'POST', path, headers: [['idempotency-key', 'mine']] });
    expect(pressed.received(path).map(({ headers }) => valueOf(headers, 'idempotency-key'))).toEqual(['mine', 'mine']);
  });
});

describe('an upstream that always fails', () => {
  it('is not asked much more often because queries are retried', async () => {
    // With a key, since a gateway may ask for a GET twice by itself.
    const retries = { attempts: 5, idempotencyKey: 'Idempotency-Key' };
    const resource = await pressed.resource({ retries, timeoutMs: 20_000 });
    const queries = 200;
    // Not 503: against what fails like that there is the circuit breaker besides.
    const path = `/status/429?${randomUUID()}`;
    let begun = 0;
    const since = performance.now();
    const caller = async () => {
      while (begun++ < queries) expect((await pressed.query(resource, { method: 'POST', path })).json.status).toBe(429);
    };
    await Promise.all(Array.from({ length: 10 }, caller));
    const received = pressed.received(path).length;
    // The floor is there anew when a window has passed.
    const most = queries * 1.2 + 10 * Math.ceil((performance.now() - since) / 10_000);
    figure(`retry budget: ${queries} queries, upstream received ${received} (at most ${most})`);
    expect(received).toBeGreaterThan(queries);
    expect(received).toBeLessThanOrEqual(most);
  }, 60_000);
});

const valueOf = (headers: readonly (readonly [string, string])[], name: string): string | undefined =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1];
