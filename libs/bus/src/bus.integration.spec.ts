import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from '@pontage/contracts';
import { listCheckpoints } from '@pontage/contracts/audit-log';
import { draftCredential } from '@pontage/contracts/auth-broker';
import { findGroup, listTokens } from '@pontage/contracts/resource-registry';
import { isProblem, notFound, secretRequired } from '@pontage/problems';
import { startStack, type Stack } from '@pontage/testkit';
import type { Bus } from './bus.js';

const call: Call = { org: randomUUID(), principal: { type: 'service', id: 'test', display: 'test' }, requestId: 'r1' };

let stack: Stack;
let gateway: Bus;
let registry: Bus;
let broker: Bus;

beforeAll(async () => {
  stack = await startStack();
  [gateway, registry, broker] = await Promise.all([
    stack.busOf('gateway'),
    stack.busOf('resource-registry'),
    stack.busOf('auth-broker'),
  ]);
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const slugOf = (error: unknown): string | undefined => (isProblem(error) ? error.slug : undefined);
const group = { id: 7, name: 'g', allApps: 'none', allResources: 'none', version: 1, apps: [], resources: [] } as const;

describe('Bus', () => {
  it('carries a call and its reply, parsed on the way in and checked on the way out', async () => {
    registry.serve(findGroup, async ({ id }, { org }) => ({ ...group, id, name: org, apps: [], resources: [] }));
    expect(await gateway.request(findGroup, { id: '7' }, call)).toMatchObject({ id: 7, name: call.org });
  });

  it('refuses garbage with a pointer, and hands on only problems that the contract declares', async () => {
    await expect(gateway.request(findGroup, { id: 'seven' }, call)).rejects.toMatchObject({
      slug: 'invalid-request',
      errors: [{ pointer: '/id' }],
    });
    registry.serve(listTokens, async ({ limit }) => {
      throw limit === 1 ? secretRequired({}) : notFound({});
    });
    const undeclared = await gateway.request(listTokens, { limit: 1 }, call).catch(slugOf);
    expect(undeclared).toBe('internal');
  });

  it('seals a contract that says so: a wiretap that may read everything reads neither request nor reply', async () => {
    const tap = await stack.operator();
    const seen: string[] = [];
    const everything = tap.subscribe('>', {
      callback: (_, message) => void seen.push(Buffer.from(message.data).toString('latin1')),
    });
    await tap.flush();
    const draftId = randomUUID();
    broker.serve(draftCredential, async ({ authentication }) => {
      expect(authentication).toEqual({ method: 'bearer', token: 'canary-in' });
      return { draftId };
    });
    expect(
      await gateway.request(draftCredential, { authentication: { method: 'bearer', token: 'canary-in' } }, call),
    ).toEqual({ draftId });
    await tap.flush();
    // A tap on everything counts as somebody who listens everywhere: the server has to know that it is gone.
    everything.unsubscribe();
    await tap.flush();
    await tap.close();
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.filter((data) => data.includes('canary-in') || data.includes(draftId))).toEqual([]);
  });

  it('says at once that nobody serves a call', async () => {
    const started = performance.now();
    const slug = await gateway.request(listCheckpoints, {}, call).catch(slugOf);
    expect(slug).toBe('unavailable');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('does not answer to an inbox of somebody who may not call', async () => {
    const tap = await stack.operator();
    const inbox = `_INBOX.auth-broker.${broker.identity.instance}.r.forged`;
    let answered = false;
    tap.subscribe(inbox, { callback: () => void (answered = true) });
    tap.publish(findGroup.subject, JSON.stringify({ call, input: { id: 7 } }), { reply: inbox });
    await tap.flush();
    await gateway.request(findGroup, { id: 7 }, call);
    await tap.flush();
    expect(answered).toBe(false);
  });

  it('knows who is there, and forgets who has left', async () => {
    const proxy = await stack.busOf('query-proxy');
    expect(
      await gateway.presence.until(() => gateway.presence.find('query-proxy', proxy.identity.instance), 2_000),
    ).toMatchObject({ service: 'query-proxy' });
    await proxy.drain();
    expect(
      await gateway.presence.until(() => (gateway.presence.live('query-proxy').length === 0 ? true : undefined), 5_000),
    ).toBe(true);
  });

  it('answers the calls in hand before it leaves', async () => {
    const leaving = await stack.busOf('audit-log');
    leaving.serve(listCheckpoints, async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { data: [], nextCursor: null, org: call.org, keys: [] };
    });
    await leaving.connection.flush();
    const asked = Array.from({ length: 20 }, () => gateway.request(listCheckpoints, {}, call));
    await gateway.connection.flush();
    await leaving.connection.flush();
    await leaving.drain();
    expect(await Promise.all(asked)).toHaveLength(20);
  });
});
