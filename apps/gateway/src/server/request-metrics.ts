import { metrics } from '@pontage/telemetry';
import type { FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';

const name = 'pontage_http_request_seconds';

/** Measures each answer by method, route pattern and status; a URL that no route takes is one series. */
export function measureRequests(fastify: FastifyInstance): void {
  // The registry is the process's, and more than one gateway may run in a test's.
  const known = metrics.getSingleMetric(name) as Histogram | undefined;
  const histogram =
    known ??
    new Histogram({
      name,
      help: 'Time from the request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers: [metrics],
    });
  fastify.addHook('onResponse', (request, reply, done) => {
    const status = String(reply.raw.statusCode);
    histogram.observe(
      { method: request.method, route: request.routeOptions.url ?? 'none', status },
      reply.elapsedTime / 1000,
    );
    done();
  });
}
