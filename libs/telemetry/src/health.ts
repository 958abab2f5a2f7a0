import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics } from './metrics.js';

/** Where a process says how it is, as its settings have it. */
export interface HealthAddress {
  /** 0: any free port. */
  readonly PONTAGE_HEALTH_PORT: number;
  readonly PONTAGE_HEALTH_HOST: string;
}

/** The little HTTP server beside each service that an orchestrator and Prometheus ask. */
export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/healthz` (the process runs), `/readyz` (it can do its work) and `/metrics` (Prometheus text). */
export async function serveHealth(at: HealthAddress, isReady: () => boolean): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') return answer(response, 200, 'ok\n');
    if (path === '/readyz') return isReady() ? answer(response, 200, 'ready\n') : answer(response, 503, 'not ready\n');
    if (path !== '/metrics') return answer(response, 404, 'not found\n');
    metrics.metrics().then(
      (text) => answer(response, 200, text, metrics.contentType),
      () => answer(response, 500, 'metrics are not available\n'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.PONTAGE_HEALTH_PORT, at.PONTAGE_HEALTH_HOST, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}
