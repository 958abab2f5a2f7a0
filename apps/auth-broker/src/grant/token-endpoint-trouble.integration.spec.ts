import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BrokerStack, callOf } from '../broker.fixture.js';
import { TokenEndpoint } from './token-endpoint.fixture.js';

let stack: BrokerStack;
let endpoint: TokenEndpoint;
const call = callOf();
const slug = (value: string) => ({ slug: value });
const range = (count: number) => Array.from({ length: count });
const credential = (more: object = {}) => stack.credential(endpoint.authentication(more), call);

beforeAll(async () => {
  [stack, endpoint] = await Promise.all([BrokerStack.start(), TokenEndpoint.start()]);
  for (let count = 0; count < 2; count += 1) await stack.broker();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
});
beforeEach(() => {
  endpoint.instead = undefined;
  endpoint.ttl = 3_600;
  endpoint.asked = 0;
});

/** How often the endpoint may have been asked since: the shortest pause is 0.8 s, and this machine may be slow. */
const mostSince = (startedAt: number): number => 1 + Math.floor((performance.now() - startedAt) / 800);

describe('a token endpoint in trouble', () => {
  it.each([
    [401, 'invalid_client', 'credential-rejected'],
    [400, 'unauthorized_client', 'credential-rejected'],
    [400, 'invalid_grant', 'credential-rejected'],
    [500, 'server_error', 'token-endpoint-failed'],
  ])(
    'answering %i %s is a problem that is remembered and not asked for again at once',
    async (status, error, expected) => {
      endpoint.failing(status, error);
      const of = await credential();
      const startedAt = performance.now();
      const outcomes = await Promise.allSettled(range(100).map(() => stack.lease(of, call)));
      expect(
        outcomes.filter(
          (outcome) => outcome.status === 'rejected' && (outcome.reason as { slug: string }).slug === expected,
        ),
      ).toHaveLength(100);
      await expect(stack.lease(of, call)).rejects.toMatchObject({
        ...slug(expected),
        detail: expect.stringContaining(String(status)),
      });
      expect(endpoint.asked).toBeLessThanOrEqual(mostSince(startedAt));
      const failed = stack.eventsOf(of.credentialId, 'grant.failed');
      expect(failed).toHaveLength(endpoint.asked);
      expect(failed[0]).toMatchObject({ outcome: 'failure', data: { problem: expected, failures: 1 } });
      expect(JSON.stringify(failed)).not.toContain(endpoint.clientSecret);

      endpoint.instead = undefined;
      await stack.letPass(of.credentialId, 400);
      expect((await stack.lease(of, call)).grant?.version).toBe(1);
    },
  );

  it('leaves the last good token in use until it ends', async () => {
    const of = await credential();
    await stack.lease(of, call);
    await stack.letPass(of.credentialId, 3_580);
    endpoint.failing(503, 'temporarily_unavailable');
    const startedAt = performance.now();
    for (let query = 0; query < 5; query += 1) {
      const lease = await stack.lease(of, call);
      expect(lease.grant?.version).toBe(1);
      expect(lease.validForMs).toBeLessThanOrEqual(20_000);
    }
    expect(endpoint.asked).toBeLessThanOrEqual(1 + mostSince(startedAt));
    await stack.sql(`UPDATE issued_grant SET expires_at = clock_timestamp() WHERE credential_id = $1`, [
      of.credentialId,
    ]);
    await expect(stack.lease(of, call)).rejects.toMatchObject(slug('token-endpoint-failed'));
  });

  it('waits longer and longer before it is asked again', async () => {
    endpoint.failing(503, 'temporarily_unavailable');
    const of = await credential();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await expect(stack.lease(of, call)).rejects.toMatchObject(slug('token-endpoint-failed'));
      const [row] = await stack.sql<{ failures: number; pause: number }>(
        `SELECT failures, extract(epoch FROM retry_at - clock_timestamp())::float8 AS pause FROM issued_grant WHERE credential_id = $1`,
        [of.credentialId],
      );
      expect(row?.failures).toBe(attempt + 1);
      pauses.push(row?.pause ?? 0);
      await stack.letPass(of.credentialId, 3_600);
    }
    expect(endpoint.asked).toBe(4);
    expect(pauses.every((pause, attempt) => pause <= 1.2 * 2 ** attempt)).toBe(true);
    expect(pauses.at(-1)).toBeGreaterThan(2.4);
  });
});
