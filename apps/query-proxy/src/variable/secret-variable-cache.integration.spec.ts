import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { leaseConfigValue } from '@pontage/contracts/auth-broker';
import { notFound } from '@pontage/problems';
import { startStack, type Stack } from '@pontage/testkit';
import { SecretVariableCache } from './secret-variable-cache.js';

let stack: Stack;
let proxy: Bus;
const asked: string[] = [];
const gone = randomUUID();
let validForMs = 60_000;
const call: Call = {
  org: randomUUID(),
  principal: { type: 'service', id: 'spec', display: 'spec' },
  requestId: 'spec',
};
const variable = (valueId: string = randomUUID()) => ({ valueId, environment: 'staging', name: 'KEY' });

beforeAll(async () => {
  stack = await startStack();
  proxy = await stack.busOf('query-proxy');
  const broker = await stack.busOf('auth-broker');
  broker.serve(leaseConfigValue, async ({ valueId }) => {
    asked.push(valueId);
    if (valueId === gone) throw notFound({});
    return { value: `value of ${valueId}`, validForMs };
  });
  await broker.connection.flush();
});
afterAll(() => stack.stop());

describe('the cache of secret variables', () => {
  it('asks once for many, and not again while the value is good', async () => {
    const cache = new SecretVariableCache(proxy);
    const key = variable();
    expect(cache.cached(key)).toBeUndefined();
    const values = await Promise.all(Array.from({ length: 200 }, () => cache.ask(key, call)));
    expect(new Set(values)).toEqual(new Set([`value of ${key.valueId}`]));
    expect(asked.filter((id) => id === key.valueId)).toHaveLength(1);
    expect(cache.cached(key)).toBe(`value of ${key.valueId}`);
    // Another value is another question.
    expect(cache.cached(variable())).toBeUndefined();
  });

  it('keeps nothing beyond its time', async () => {
    const cache = new SecretVariableCache(proxy);
    const key = variable();
    validForMs = 1;
    await cache.ask(key, call);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(cache.cached(key)).toBeUndefined();
  });

  it('says of a value that is gone that it cannot be had, not that the caller asked for nothing', async () => {
    await expect(new SecretVariableCache(proxy).ask(variable(gone), call)).rejects.toMatchObject({
      slug: 'lease-unavailable',
    });
  });
});
