import { describe, expect, it } from '@jest/globals';
import type { KeptAnswer } from '@pontage/contracts/egress-worker';
import { delayBefore, repeatsOf, withIdempotencyKey } from './retry-rule.js';

const request = (method: string, headers: [string, string][] = []) => ({
  method,
  url: 'https://a.example/',
  headers,
  body: undefined,
});
const kept = (headers: [string, string][] = []): KeptAnswer => ({ executionId: '', attempt: 1, status: 503, headers });
const keyed = { attempts: 3, idempotencyKey: 'Idempotency-Key' };
const plain = { attempts: 3, idempotencyKey: null };

describe('what may be sent again', () => {
  it.each([
    ['GET', 3],
    ['HEAD', 3],
    ['OPTIONS', 3],
    ['TRACE', 3],
    ['PUT', 3],
    ['DELETE', 3],
    ['POST', 0],
    ['PATCH', 0],
    ['get', 0],
  ])('%s: %i times', (method, times) => expect(repeatsOf(request(method), plain)).toBe(times));

  it('is anything that carries a key, but no body that is not here', () => {
    const post = withIdempotencyKey(request('POST'), keyed);
    expect(repeatsOf(post, keyed)).toBe(3);
    expect(repeatsOf({ ...post, bodyIsPulled: true }, keyed)).toBe(0);
  });

  it('gets a new key only where it needs one and has none', () => {
    const key = (given: ReturnType<typeof request>, retries = keyed) => withIdempotencyKey(given, retries).headers;
    expect(key(request('POST'))).toEqual([['Idempotency-Key', expect.stringMatching(/^[0-9a-f-]{36}$/)]]);
    expect(key(request('POST'))).not.toEqual(key(request('POST')));
    expect(key(request('POST', [['idempotency-key', 'mine']]))).toEqual([['idempotency-key', 'mine']]);
    expect(key(request('PUT'))).toEqual([]);
    expect(key(request('POST'), { ...keyed, attempts: 0 })).toEqual([]);
  });
});

describe('the wait before it', () => {
  it('is at random below a bound that doubles, up to two seconds', () => {
    for (const [made, most] of [
      [0, 100],
      [1, 200],
      [4, 1_600],
      [9, 2_000],
    ] as const) {
      const delays = Array.from({ length: 200 }, () => delayBefore(kept(), made, 60_000) ?? Infinity);
      expect(Math.max(...delays)).toBeLessThanOrEqual(most);
      expect(Math.max(...delays)).toBeGreaterThan(most / 2);
      expect(Math.min(...delays)).toBeLessThan(most / 2);
    }
  });

  it('is what Retry-After says, a little spread, if the time that is left holds it', () => {
    const asked = delayBefore(kept([['retry-after', '2']]), 0, 5_000);
    expect(asked).toBeGreaterThanOrEqual(2_000);
    expect(asked).toBeLessThanOrEqual(2_250);
    expect(delayBefore(kept([['retry-after', '2']]), 0, 2_050)).toBeUndefined();
    expect(delayBefore(kept(), 0, 50)).toBeUndefined();
  });
});
