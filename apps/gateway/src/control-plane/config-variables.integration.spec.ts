import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { draftConfigValue } from '@pontage/contracts/auth-broker';
import { putConfig } from '@pontage/contracts/resource-registry';
import { liveSecrets } from '@pontage/telemetry';
import { startStack, type Stack } from '@pontage/testkit';
import { ConfigVariables } from './config-variables.js';

let stack: Stack;
let gateway: Bus;
const call: Call = {
  org: randomUUID(),
  principal: { type: 'service', id: 'spec', display: 'spec' },
  requestId: 'spec',
};
const put = (value: string, secret: boolean) =>
  new ConfigVariables(gateway).putConfig({
    params: { name: 'KEY' },
    query: {},
    body: { environment: 'staging', value, secret },
    call,
  } as unknown as Parameters<ConfigVariables['putConfig']>[0]);

beforeAll(async () => {
  stack = await startStack();
  gateway = await stack.busOf('gateway');
  const [broker, registry] = [await stack.busOf('auth-broker'), await stack.busOf('resource-registry')];
  broker.serve(draftConfigValue, async () => ({ draftId: randomUUID() }));
  registry.serve(putConfig, async ({ name, environment, value }) => {
    const shown = typeof value === 'string' ? value : ({ set: true, fingerprint: 'f' } as const);
    return { name, environment, value: shown, secret: typeof value !== 'string', updatedAt: new Date().toISOString() };
  });
  await Promise.all([broker.connection.flush(), registry.connection.flush()]);
});
afterAll(() => stack.stop());

describe('a value that a configuration variable is given', () => {
  it('is a live secret of the gateway while it is set as one', async () => {
    expect(await put('canary-secret-value', true)).toMatchObject({ secret: true, value: { set: true } });
    expect(liveSecrets.mask('said: canary-secret-value', { owner: call.org })?.text).toBe('said: ***');
  });

  it('is none when it is readable', async () => {
    expect(await put('canary-readable-value', false)).toMatchObject({ value: 'canary-readable-value' });
    expect(liveSecrets.mask('said: canary-readable-value', { owner: call.org })).toBeUndefined();
  });
});
