import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ordersServer } from './orders-server.js';
import { signingKey } from './signing-key.js';

const client = { id: 'portal', secret: 'a secret of the portal' };
const apiKey = 'the key of the stock';

describe('ordersServer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-'));
  let server: Server;
  let base: string;

  beforeAll(async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    base = `http://127.0.0.1:${port}`;
    server = ordersServer(`${base}/oidc`, {
      client,
      apiKey,
      key: await signingKey(join(folder, 'key.json')),
      file: join(folder, 'orders'),
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    rmSync(folder, { recursive: true });
  });

  const token = async (secret = client.secret): Promise<Response> =>
    fetch(`${base}/oidc/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${client.id}:${encodeURIComponent(secret)}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'orders' }),
    });
  const get = async (path: string, bearer: string): Promise<Response> =>
    fetch(`${base}${path}`, { headers: { authorization: `Bearer ${bearer}` } });

  it('shows the orders of a store to the bearer of an access token', async () => {
    const { access_token: accessToken } = (await (await token()).json()) as { access_token: string };
    const all = (await (await get('/orders', accessToken)).json()) as { storeId: number }[];
    const ofSeven = (await (await get('/orders?storeId=7', accessToken)).json()) as { storeId: number }[];
    expect(new Set(all.map(({ storeId }) => storeId))).toEqual(new Set([7, 8, 9]));
    expect(new Set(ofSeven.map(({ storeId }) => storeId))).toEqual(new Set([7]));
  });

  it('tells the bearer of an access token what it verified', async () => {
    const { access_token: accessToken } = (await (await token()).json()) as { access_token: string };
    const answer = (await (await get('/verified/anything', accessToken)).json()) as { verified: string };
    expect(answer.verified).toMatch(/the client portal for urn:example:orders-api, scope orders/);
    expect((await get('/verified', apiKey)).status).toBe(401);
  });

  it('gives no token for a wrong secret, and shows nothing without one', async () => {
    expect((await token('guess')).status).toBe(401);
    expect((await get('/orders', apiKey)).status).toBe(401);
    expect((await get('/stock', 'guess')).status).toBe(401);
  });

  it('shows the stock to the bearer of the key', async () => {
    expect(await (await get('/stock', apiKey)).json()).toContainEqual({ storeId: 7, pieces: expect.any(Number) });
  });

  it('takes an order', async () => {
    const { access_token: accessToken } = (await (await token()).json()) as { access_token: string };
    const answer = await fetch(`${base}/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ storeId: 7, item: 'oar', quantity: 2, reference: 'r-1' }),
    });
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { id: number };
    expect(await (await get(`/orders/${id}`, accessToken)).json()).toEqual({
      id,
      storeId: 7,
      item: 'oar',
      quantity: 2,
      reference: 'r-1',
    });
  });
});
