import { describe, expect, it } from '@jest/globals';
import { serveHealth } from './health.js';

describe('serveHealth', () => {
  it('tells health, readiness and metrics apart', async () => {
    let ready = false;
    const server = await serveHealth({ PONTAGE_HEALTH_PORT: 0, PONTAGE_HEALTH_HOST: '127.0.0.1' }, () => ready);
    const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    ready = true;
    expect((await get('/readyz?x=1')).status).toBe(200);
    expect(await (await get('/metrics')).text()).toContain('process_cpu_user_seconds_total');
    expect((await get('/else')).status).toBe(404);
    await server.close();
  });
});
