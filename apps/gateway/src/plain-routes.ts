import type { Bus } from '@pontage/bus';
import { identityKeys, type ValueOf } from '@pontage/contracts/snapshots';
import { notFound, unavailable } from '@pontage/problems';
import { metrics } from '@pontage/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { outboundAddressesOf } from './control-plane/region/egress-regions.js';
import { docsPage } from './openapi/docs-page.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { serveAssets } from './pages/assets.js';
import { sendPage } from './pages/send-page.js';
import { problemPage } from './problems/problem-page.js';
import { describes, operation } from './routes/operation.js';
import type { RouteCatalogue } from './routes/route-catalogue.js';

/** The identity keys as this gateway has last heard of them. */
export interface IdentityKeyDirectory {
  entries(): Iterable<[string, ValueOf<typeof identityKeys>]>;
}

/** Less than a key is known before it signs, by far: see ADR 33. */
const keysMaxAgeSeconds = 300;
const keySet = z.strictObject({ keys: z.array(identityKeys.value) });

const addresses = z.strictObject({
  data: z.array(z.strictObject({ region: z.string(), ips: z.array(z.string()), cidrs: z.array(z.string()) })),
});

/** What an orchestrator asks. It is on the public port too, because a load balancer knows no other. */
export function serveHealthRoutes(fastify: FastifyInstance, isReady: () => boolean, withMetrics: boolean): void {
  const text = (id: string, summary: string) =>
    describes(operation({ id, summary, access: 'anybody', media: ['text/plain'] }));
  fastify.get('/healthz', { config: text('showHealth', 'Says that the process runs.') }, (_request, reply) =>
    reply.type('text/plain').send('ok\n'),
  );
  fastify.get(
    '/readyz',
    { config: text('showReadiness', 'Says whether the process can do its work.') },
    (_request, reply) => {
      const ready = isReady();
      return reply
        .code(ready ? 200 : 503)
        .type('text/plain')
        .send(ready ? 'ready\n' : 'not ready\n');
    },
  );
  if (!withMetrics) return;
  fastify.get(
    '/metrics',
    { config: text('showMetrics', 'Shows the metrics of the process as Prometheus text.') },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}

/** The pages and documents that anybody may read. */
export function serveDocuments(fastify: FastifyInstance, bus: Bus, catalogue: RouteCatalogue): void {
  // All routes are known only when the first request comes.
  let made: ReturnType<typeof openApiDocument> | undefined;
  const document = () => (made ??= openApiDocument(catalogue.routes));
  const page = (id: string, summary: string) =>
    describes(operation({ id, summary, access: 'anybody', media: ['text/html'], unlisted: true }));

  fastify.get(
    '/api/openapi.json',
    { config: describes(operation({ id: 'showOpenApi', summary: 'Shows this document.', access: 'anybody' })) },
    (_request, reply) => reply.send(document()),
  );
  fastify.get('/docs', { config: page('showDocs', 'Shows the API for people.') }, (_request, reply) =>
    sendPage(reply, 200, docsPage(document())),
  );
  serveAssets(fastify, '/docs/assets');
  fastify.get('/', { config: page('showStart', 'Leads to the documentation.') }, (_request, reply) =>
    reply.redirect('/docs', 302),
  );
  fastify.get('/problems/:slug', { config: page('showProblem', 'Explains a problem.') }, (request, reply) => {
    const found = problemPage((request.params as { slug: string }).slug);
    if (found === undefined) throw notFound({});
    return sendPage(reply, 200, found);
  });
  const outbound = operation({
    id: 'listOutboundAddresses',
    summary: 'Lists the addresses that requests leave from, per region.',
    access: 'anybody',
    reply: addresses,
  });
  fastify.get('/api/v1/outbound-addresses', { config: describes(outbound) }, (_request, reply) =>
    reply.send(outboundAddressesOf(bus.presence.all())),
  );
}

/** The keys that verify identities. @see RFC 7517, 5 */
export function serveIdentityKeys(fastify: FastifyInstance, directory: IdentityKeyDirectory): void {
  const described = operation({
    id: 'listIdentityKeys',
    summary: 'Lists the public keys that verify who called, as a JWK set.',
    access: 'anybody',
    reply: keySet,
    problems: [unavailable],
  });
  fastify.get('/.well-known/jwks.json', { config: describes(described) }, (_request, reply) => {
    const keys = [...directory.entries()].map(([, key]) => key);
    // An empty set would be believed, and kept.
    if (keys.length === 0) throw unavailable({}, { note: 'no identity key has been published yet' });
    return reply.header('cache-control', `public, max-age=${keysMaxAgeSeconds}`).send({ keys });
  });
}
