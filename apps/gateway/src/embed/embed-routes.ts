import type { Bus } from '@pontage/bus';
import { peekEmbedUrl, redeemEmbedUrl, revokeEmbedSession } from '@pontage/contracts/embed-session';
import { userInfo } from '@pontage/contracts';
import { embedSessionExpired, forbidden } from '@pontage/problems';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { serveAssets } from '../pages/assets.js';
import { describes, operation } from '../routes/operation.js';
import { EmbeddedApp, type EmbedDirectory } from './embedded-app.js';
import { OpenEmbedUrl } from './open-embed-url.js';

const group = z.strictObject({ id: z.int() });
const currentUser = z.strictObject({
  type: z.literal('external'),
  id: z.string(),
  externalIdentifier: z.string(),
  email: userInfo.shape.email.unwrap().nullable(),
  firstName: userInfo.shape.firstName.unwrap().nullable(),
  lastName: userInfo.shape.lastName.unwrap().nullable(),
  environment: z.string(),
  groups: z.array(group),
  metadata: z.record(z.string(), z.union([z.string(), z.boolean(), z.bigint()])),
  app: z.strictObject({ uuid: z.uuid(), name: z.string() }),
  expiresAt: z.iso.datetime(),
});

const pageOf = (id: string, summary: string) =>
  operation({ id, summary, access: 'anybody', media: ['text/html'], unlisted: true });

/** Embed URLs and embedded apps: the external surface. */
export function serveEmbed(fastify: FastifyInstance, bus: Bus, directory: EmbedDirectory): void {
  const opening = new OpenEmbedUrl(bus);
  const app = new EmbeddedApp(bus, directory);
  serveOpening(fastify, opening);
  serveApp(fastify, app);
}

function serveOpening(fastify: FastifyInstance, opening: OpenEmbedUrl): void {
  const opens = operation({
    id: 'openEmbedUrl*',
    summary: 'Opens an app: redeems the URL, once, and leads to the app with a session cookie.',
    access: 'anybody',
    status: 303,
    media: [],
    problems: [...redeemEmbedUrl.problems, ...peekEmbedUrl.problems, forbidden],
  });
  fastify.route({
    method: ['GET', 'POST'],
    url: '/embed/:nonce',
    config: describes(opens),
    handler: (request, reply) => opening.answer(request, reply),
  });
  const asks = operation({
    id: 'askAboutEmbedUrl',
    summary: 'Says how an embed URL may be asked for; nothing is spent.',
    access: 'anybody',
    status: 204,
    unlisted: true,
  });
  fastify.options('/embed/:nonce', { config: describes(asks) }, (_request, reply) =>
    reply.code(204).header('allow', 'GET, HEAD, OPTIONS, POST').send(),
  );
}

function serveApp(fastify: FastifyInstance, app: EmbeddedApp): void {
  const page = describes(pageOf('showApp', 'Shows an app to its session.'));
  for (const url of ['/embedded/authed/:app', '/embedded/authed/:app/*'])
    fastify.get(url, { config: page }, (request, reply) => app.page(request, reply));

  serveAssets(fastify, '/embedded/assets');

  const me = operation({
    id: 'showCurrentUser',
    summary: 'Shows the external user of the session, as the minting backend described them.',
    access: 'embed-session',
    reply: currentUser,
    problems: [embedSessionExpired],
  });
  fastify.get('/embedded/api/me', { config: describes(me) }, (request, reply) => app.user(request, reply));
  const end = operation({
    id: 'endEmbedSession',
    summary: 'Ends the session.',
    access: 'embed-session',
    status: 204,
    problems: [...revokeEmbedSession.problems, embedSessionExpired],
  });
  fastify.delete('/embedded/api/session', { config: describes(end) }, (request, reply) => app.end(request, reply));
}
