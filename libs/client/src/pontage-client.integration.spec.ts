import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import { PontageClient, PontageProblem } from './index.js';

let pontage: Pontage;
let client: PontageClient;

beforeAll(async () => {
  pontage = await startPontage();
  client = new PontageClient({ url: pontage.url, token: pontage.adminToken });
}, 90_000);
afterAll(() => pontage?.stop(), 30_000);

const newResource = (name = `c-${randomUUID().slice(0, 8)}`) =>
  client.call('createResource', {
    body: { name, baseUrl: 'https://api.example.com', authentication: { method: 'bearer', token: 'canary-t0ken' } },
  });

describe('PontageClient', () => {
  it('runs operations, with what they take in its place', async () => {
    const { id, name } = await newResource('with a space');
    expect(await client.call('findResource', { path: { id: name } })).toMatchObject({ id, version: 1 });
    const changed = await client.call('updateResource', {
      path: { id },
      headers: { 'If-Match': '"1"' },
      body: { description: 'changed' },
    });
    expect([changed.version, changed.description]).toEqual([2, 'changed']);
    expect(await client.call('deleteResource', { path: { id } })).toBeUndefined();
    expect(await client.call('showHealth')).toEqual(expect.anything());
  });

  it('runs a query, and records it under the request id that it was given', async () => {
    const requestId = randomUUID();
    const { status, body } = await client.call(
      'runAdHocQuery',
      { path: { resource: 'orders' }, body: { method: 'GET', path: '/orders', urlParams: [['storeId', '7']] } },
      { requestId },
    );
    expect([status, body]).toEqual([200, expect.arrayContaining([expect.objectContaining({ storeId: 7 })])]);
    const { data } = await client.call('listAuditEvents', { query: { action: 'query.ran', limit: 1 } });
    expect(data[0]?.requestId).toBe(requestId);
  });

  it('goes through every page', async () => {
    const made = await Promise.all(Array.from({ length: 3 }, () => newResource()));
    const seen: string[] = [];
    let pages = 0;
    for await (const page of client.pages('listResources', { query: { limit: 2 } })) {
      expect(page.data.length).toBeLessThanOrEqual(2);
      pages += 1;
    }
    for await (const { id } of client.all('listResources', { query: { limit: 2 } })) seen.push(id);
    expect(seen).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    expect(new Set(seen).size).toBe(seen.length);
    expect(pages).toBe(Math.ceil(seen.length / 2));
  });

  it('throws a refusal as a problem: code, fields, request id', async () => {
    const refused = client.call('createResource', { body: { name: 'x', baseUrl: 'no URL' } });
    await expect(refused).rejects.toBeInstanceOf(PontageProblem);
    const problem = (await refused.catch((error: unknown) => error)) as PontageProblem;
    expect(problem).toMatchObject({ status: 400, code: 'invalid-request', requestId: expect.stringMatching(/\S/) });
    expect(problem.errors.map(({ pointer }) => pointer)).toEqual(['/baseUrl']);
    expect(problem.message).toContain('/baseUrl: ');
    const stranger = new PontageClient({ url: pontage.url, token: 'pontage_guess' });
    await expect(stranger.call('listApps')).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('says that nobody is there, and gives up when it is told to', async () => {
    const nowhere = new PontageClient({ url: 'http://127.0.0.1:9' });
    await expect(nowhere.call('showHealth')).rejects.toThrow('http://127.0.0.1:9 cannot be reached');
    const signal = AbortSignal.abort();
    await expect(client.call('listApps', {}, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('sends what no operation describes as it is', async () => {
    const answer = await client.request('GET', '/proxy/orders/orders?storeId=8');
    expect([answer.status, await answer.json()]).toEqual([200, expect.anything()]);
    expect((await client.request('GET', '/proxy/nobody-has-this/')).status).toBe(404);
  });
});
