import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  draftCredential,
  draftSecrets,
  dropDrafts,
  leaseDraft,
  leaseDraftSecrets,
  sealedName,
} from '@pontage/contracts/auth-broker';
import { BrokerStack, callOf } from '../broker.fixture.js';
import { TokenEndpoint } from '../grant/token-endpoint.fixture.js';

let stack: BrokerStack;
let endpoint: TokenEndpoint;
const call = callOf();
const stranger = callOf();

beforeAll(async () => {
  [stack, endpoint] = await Promise.all([BrokerStack.start(), TokenEndpoint.start()]);
  await stack.broker();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
});

const draft = async (authentication: object): Promise<string> =>
  (await stack.gateway.request(draftCredential, { authentication: authentication as never }, call)).draftId;
const lease = (draftId: string, as = call, environment = 'production') =>
  stack.proxy.request(leaseDraft, { draftId, region: 'us-west-2', environment }, as);
const rows = async (): Promise<string[]> =>
  (
    await stack.sql<{ text: string }>(
      'SELECT t::text AS text FROM credential t UNION ALL SELECT t::text FROM issued_grant t UNION ALL SELECT t::text FROM draft t',
    )
  ).map(({ text }) => text);

describe('the lease of a draft', () => {
  it('has what `apply` needs, again and again, and leaves the draft to be dropped', async () => {
    const draftId = await draft({ method: 'basic', username: 'u', password: 'canary-p' });
    for (let again = 0; again < 2; again += 1)
      expect(await lease(draftId)).toMatchObject({
        method: 'basic',
        settings: { username: 'u' },
        secrets: { password: 'canary-p' },
        grant: null,
      });
    expect(await rows()).toHaveLength(1);
    await stack.gateway.request(dropDrafts, { draftIds: [draftId, randomUUID()] }, call);
    expect(await rows()).toEqual([]);
    await expect(lease(draftId)).rejects.toMatchObject({ slug: 'not-found' });
  });

  it('is of its organisation alone, and so is dropping it', async () => {
    const draftId = await draft({ method: 'bearer', token: 't' });
    await expect(lease(draftId, stranger)).rejects.toMatchObject({ slug: 'not-found' });
    await stack.gateway.request(dropDrafts, { draftIds: [draftId] }, stranger);
    expect((await lease(draftId)).secrets).toEqual({ token: 't' });
    await stack.gateway.request(dropDrafts, { draftIds: [draftId] }, call);
  });

  it('acquires a grant each time, lends it without secrets, keeps nothing, and is on record', async () => {
    const draftId = await draft(endpoint.authentication());
    const asked = endpoint.asked;
    const lent = await lease(draftId);
    expect(await endpoint.knows(lent.grant?.value)).toBe(true);
    expect(lent).toMatchObject({ method: 'oauth2', secrets: {}, grant: { version: 1 } });
    await lease(draftId);
    expect(endpoint.asked).toBe(asked + 2);
    expect(await stack.sql('SELECT 1 FROM issued_grant')).toEqual([]);
    const acquired = stack.events.filter(({ action }) => action === 'grant.acquired');
    expect(acquired).toHaveLength(2);
    expect(acquired[0]).toMatchObject({ outcome: 'success', resource: null, data: { method: 'oauth2', test: true } });
    const wire = Buffer.concat(stack.wire);
    expect(wire.includes(endpoint.clientSecret)).toBe(false);
    expect(wire.includes(String((lent.grant?.value as { accessToken: string }).accessToken))).toBe(false);
    await stack.gateway.request(dropDrafts, { draftIds: [draftId] }, call);
  });

  it('says why there is no grant, every time anew', async () => {
    const draftId = await draft(endpoint.authentication({ clientSecret: 'wrong' }));
    for (let again = 0; again < 2; again += 1)
      await expect(lease(draftId)).rejects.toMatchObject({ slug: 'credential-rejected' });
    expect(stack.events.filter(({ action }) => action === 'grant.failed')).toHaveLength(2);
    await stack.gateway.request(dropDrafts, { draftIds: [draftId] }, call);
  });

  it('takes the variables of its environment, and misses those that are not there', async () => {
    await stack.config.put(`${call.org}.staging.SECRET`, { version: 1, value: { value: endpoint.clientSecret } });
    const draftId = await draft(endpoint.authentication({ clientSecret: '{{ config.SECRET }}' }));
    expect((await lease(draftId, call, 'staging')).grant).not.toBeNull();
    await expect(lease(draftId)).rejects.toMatchObject({ slug: 'unknown-variable' });
    await stack.gateway.request(dropDrafts, { draftIds: [draftId] }, call);
  });

  it('keeps no secret of before, for there is none', async () => {
    const draftId = await draft({ method: 'bearer', token: { set: true, fingerprint: 'f' } });
    await expect(lease(draftId)).rejects.toMatchObject({
      slug: 'invalid-request',
      errors: [{ pointer: '/authentication/token', detail: 'There is no secret to keep.' }],
    });
    await stack.gateway.request(dropDrafts, { draftIds: [draftId] }, call);
  });
});

it('the sealed values of a draft are lent by their places and the names that the draft gave them', async () => {
  const place = { setting: 'headers', name: 'x-key' } as const;
  const secrets = [{ place, pointer: '/headers/0/1', value: 'canary-h' }];
  const { draftId } = await stack.gateway.request(draftSecrets, { secrets }, call);
  const ask = (id: string, as = call) => stack.proxy.request(leaseDraftSecrets, { draftId: id }, as);
  expect((await ask(draftId)).values).toEqual({ [sealedName(place, 's0')]: 'canary-h' });
  await expect(ask(draftId, stranger)).rejects.toMatchObject({ slug: 'not-found' });
  await expect(lease(draftId)).rejects.toMatchObject({ slug: 'not-found' });
  const credential = await draft({ method: 'bearer', token: 't' });
  await expect(ask(credential)).rejects.toMatchObject({ slug: 'not-found' });
  await stack.gateway.request(dropDrafts, { draftIds: [draftId, credential] }, call);
  expect(await rows()).toEqual([]);
  expect(Buffer.concat(stack.wire).includes('canary-h')).toBe(false);
});
