import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { leaseDraft, leaseDraftSecrets } from '@pontage/contracts/auth-broker';
import { liveSecrets } from '@pontage/telemetry';
import { startStack, type Stack } from '@pontage/testkit';
import { lendDraft, lendDraftSecrets } from './lend-draft.js';

let stack: Stack;
let proxy: Bus;
const call: Call = {
  org: randomUUID(),
  principal: { type: 'service', id: 'spec', display: 'spec' },
  requestId: 'spec',
};
const shown = (text: string) => liveSecrets.mask(text, { owner: call.org })?.text;

beforeAll(async () => {
  stack = await startStack();
  proxy = await stack.busOf('query-proxy');
  const broker = await stack.busOf('auth-broker');
  broker.serve(leaseDraft, async () => ({
    method: 'bearer',
    settings: {},
    secrets: { token: 'canary-token-of-draft' },
    grant: { version: 1, value: { token: 'canary-grant-of-draft' }, expiresInMs: null },
    serves: 'everyone' as const,
    validForMs: 1,
  }));
  broker.serve(leaseDraftSecrets, async () => ({ values: { 'headers/x-key/s0': 'canary-value-of-draft' } }));
  await broker.connection.flush();
});
afterAll(() => stack.stop());

describe('what is lent of drafts', () => {
  it('is a live secret from then on, for longer than a draft is lent', async () => {
    const caller = { kind: 'service', id: 'spec', display: 'spec' } as const;
    const key = {
      credentialId: randomUUID(),
      resourceId: randomUUID(),
      region: 'local',
      environment: 'production',
      caller,
    };
    await lendDraft(proxy, key, call);
    await lendDraftSecrets(proxy, randomUUID(), call);
    expect(shown('said: canary-token-of-draft')).toBe('said: ***');
    expect(shown('said: canary-grant-of-draft')).toBe('said: ***');
    expect(shown('said: canary-value-of-draft')).toBe('said: ***');
  });
});
