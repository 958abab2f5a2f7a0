import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headerOf, startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { runQuery, saveResource } from './src/save-resource.js';

let upstream: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

const canary = (): string => `canary-${randomUUID()}`;

describe('an environment that is called as a member of every object', () => {
  it('is an environment like any other, saved or not', async () => {
    await ask(pontage, 'PATCH', '/api/v1/organisation', { environments: ['production', 'constructor'] });
    const patch = (id: string, body: object) => ask(pontage, 'PATCH', `/api/v1/resources/${id}`, body);
    const received = () => upstream.requests.map((request) => headerOf(request, 'authorization'));
    const [everywhere, own] = [canary(), canary()];
    const given = { baseUrl: upstream.url, authentication: { method: 'bearer', token: everywhere } };
    const { id } = await saveResource(pontage, given);
    const tested = await ask(pontage, 'POST', '/api/v1/resources/test', {
      resource: { name: 'unsaved', ...given, environments: { constructor: { timeoutMs: 600 } } },
      path: '/echo',
      environment: 'constructor',
    });
    expect(tested.json).toMatchObject({ ok: true });
    expect(received()).toEqual([`Bearer ${everywhere}`]);

    for (const [authentication, sent] of [
      [{ method: 'none' }, undefined],
      [{ method: 'bearer', token: own }, `Bearer ${own}`],
    ] as const) {
      expect((await patch(id, { environments: { constructor: { authentication } } })).status).toBe(200);
      upstream.forget();
      await runQuery(pontage, id, { path: '/echo', environment: 'constructor' });
      expect(received()).toEqual([sent]);
      // What is kept there is what is there.
      expect((await patch(id, { description: canary() })).status).toBe(200);
      upstream.forget();
      await runQuery(pontage, id, { path: '/echo', environment: 'constructor' });
      expect(received()).toEqual([sent]);
    }
  });
});
