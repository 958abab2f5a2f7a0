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

const limited = (says: string) => `/limited/${randomUUID()}?limit=5&seconds=4&says=${says}`;
const codeOf = async (resource: string, path: string) => {
  const { http, json, retryAfter } = await pressed.query(resource, { path });
  return { http, code: json.code, status: json.status, retryAfter };
};

describe('a limit that the upstream tells of', () => {
  it.each(['draft', 'older', 'separate', 'x-delta', 'x-epoch'])('is kept to, as it says it: %s', async (says) => {
    const resource = await pressed.resource();
    const path = limited(says);
    await pressed.query(resource, { path });
    // The receipts come behind the answers.
    await sleep(100);
    const answers = await Promise.all(Array.from({ length: 30 }, () => codeOf(resource, path)));
    const refused = answers.filter(({ code }) => code === 'rate-limited');
    const received = pressed.received(path).length;
    figure(`limit of 5 told as ${says}: 31 queries, upstream received ${received}, ${refused.length} refused here`);
    expect([received, refused.length]).toEqual([5, 26]);
    // A Date is told in whole seconds, and so may be a second old.
    for (const { http, retryAfter } of refused) {
      expect(http).toBe(429);
      expect(retryAfter).toBeGreaterThanOrEqual(1);
      expect(retryAfter).toBeLessThanOrEqual(5);
    }
    await sleep(5_500);
    expect(await codeOf(resource, path)).toMatchObject({ http: 200, status: 200 });
  });

  it.each([429, 503])('is also what Retry-After says with %i', async (status) => {
    const resource = await pressed.resource();
    const path = `/flaky/${randomUUID()}?failures=1&status=${status}&after=2`;
    expect(await codeOf(resource, path)).toMatchObject({ http: 200, status });
    await sleep(100);
    const answers = await Promise.all(Array.from({ length: 10 }, () => codeOf(resource, path)));
    figure(`Retry-After: 2 with ${status}: upstream received ${pressed.received(path).length} of 11 queries`);
    expect(answers.filter(({ code }) => code === 'rate-limited')).toHaveLength(10);
    expect(pressed.received(path)).toHaveLength(1);
    await sleep(2_200);
    expect(await codeOf(resource, path)).toMatchObject({ http: 200, status: 200 });
  });

  it('reaches the caller as the upstream said it', async () => {
    const { json } = await pressed.query(await pressed.resource(), { path: limited('draft') });
    expect(json).toMatchObject({ headers: expect.arrayContaining([['ratelimit', '"default";r=4;t=4']]) });
  });

  it('is of one credential, and of one resource', async () => {
    const [one, other] = [await pressed.resource(), await pressed.resource()];
    const path = `/flaky/${randomUUID()}?failures=1&status=429&after=30`;
    await pressed.query(one, { path });
    await sleep(100);
    expect(await codeOf(one, path)).toMatchObject({ http: 429, code: 'rate-limited' });
    expect(await codeOf(other, path)).toMatchObject({ http: 200, status: 200 });
    await pressed.pontage.fetch(`/api/v1/resources/${one}`, {
      method: 'PATCH',
      json: { authentication: { method: 'bearer', token: 'another-credential' } },
    });
    expect(await codeOf(one, path)).toMatchObject({ http: 200, status: 200 });
  });

  it('is passed over where the resource says so', async () => {
    const resource = await pressed.resource({ limits: { learn: false } });
    const path = `/flaky/${randomUUID()}?failures=3&status=429&after=30`;
    const answers = [];
    for (let query = 0; query < 4; query += 1) answers.push((await codeOf(resource, path)).status);
    expect(answers).toEqual([429, 429, 429, 200]);
  });
});
