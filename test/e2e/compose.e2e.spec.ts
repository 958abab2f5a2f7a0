import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { compose, type Composed } from './src/composed.js';

it('what docker-compose.yml says is enough for every process, and a query is refused at the door of the internet', async () => {
  await using composed = await compose();
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(composed.url + path, {
      ...init,
      headers: { authorization: `Bearer ${composed.adminToken}`, 'content-type': 'application/json' },
    });
  await untilReady(composed);

  const regions = (await (await ask('/api/v1/regions')).json()) as { data: { id: string }[] };
  expect(regions.data.map(({ id }) => id)).toEqual(['eu-central-1', 'us-west-2']);
  const resource = { name: 'inside', baseUrl: 'http://127.0.0.1:9', authentication: { method: 'bearer', token: 't' } };
  expect((await ask('/api/v1/resources', { method: 'POST', body: JSON.stringify(resource) })).status).toBe(201);
  const query = { method: 'POST', body: JSON.stringify({ path: '/' }) };
  const refused = await ask('/api/v1/resources/inside/query', query);
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'destination-denied' }]);
}, 60_000);

/** The containers have health checks; here the whole way is asked. */
async function untilReady({ url, adminToken, log }: Composed): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(100)) {
    const ready = await fetch(`${url}/api/v1/resources`, { headers: { authorization: `Bearer ${adminToken}` } }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (ready) return;
  }
  throw new Error(log());
}
