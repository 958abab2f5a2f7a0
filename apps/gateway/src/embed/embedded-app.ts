import type { Bus } from '@pontage/bus';
import { parseMetadata, type ExternalPrincipal } from '@pontage/contracts';
import type { apps, organisations, ValueOf } from '@pontage/contracts/snapshots';
import { revokeEmbedSession } from '@pontage/contracts/embed-session';
import { embedSessionExpired, notFound } from '@pontage/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isPast } from '../authentication/hash.js';
import { sessionCookie, sessionCookieName } from '../authentication/credentials.js';
import { sendPage } from '../pages/send-page.js';
import { stringifyExactJson } from '../routes/exact-json.js';
import { appPage } from './embed-pages.js';
import { refuseWithPage } from './refuse-with-page.js';

/** What is asked of the snapshots: the names of apps, and who may embed what. */
export interface EmbedDirectory {
  readonly apps: {
    get(key: string): ValueOf<typeof apps> | undefined;
    find(key: string): Promise<ValueOf<typeof apps> | undefined>;
    entries(): Iterable<[string, ValueOf<typeof apps>]>;
  };
  readonly organisations: { get(key: string): ValueOf<typeof organisations> | undefined };
}

/** Serves an app to the session that it was opened for: its page, its user, its end. */
export class EmbeddedApp {
  constructor(
    private readonly bus: Bus,
    private readonly directory: EmbedDirectory,
  ) {}

  /** The page of the app, framed by the origins that were fixed when its URL was minted. */
  async page(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const uuid = z
      .uuid()
      .safeParse((request.params as { app: string }).app)
      .data?.toLowerCase();
    if (uuid === undefined) return refuseWithPage(request, reply, notFound({}), { parents: [] });
    const { publicAddresses, authentication } = request.server;
    if (publicAddresses.isMisdirected(request.headers.host))
      return reply.redirect(`${publicAddresses.embedOrigin}/embedded/authed/${uuid}/`, 308);
    const token = sessionCookie(request, uuid);
    const session = token === undefined ? undefined : await authentication.session(token);
    if (session === undefined || session.app !== uuid || isPast(session.expiresAt)) {
      return refuseWithPage(request, reply, embedSessionExpired({}), { parents: this.parentsOf(uuid) });
    }
    const app = await this.directory.apps.find(`${session.org}.${uuid}`);
    if (app === undefined) return refuseWithPage(request, reply, notFound({}), { parents: session.allowedOrigins });
    return sendPage(reply, 200, appPage(app, session.allowedOrigins));
  }

  /** `current_user` as the app sees it; integers of the metadata keep every digit. */
  async user(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { principal, call, expiresAt } = await request.server.authentication.authenticateEmbedSession(request);
    const app = this.directory.apps.get(`${call.org}.${principal.app}`);
    const user = { ...currentUser(principal), app: { uuid: principal.app, name: app?.name ?? '' }, expiresAt };
    return reply.type('application/json; charset=utf-8').send(stringifyExactJson(user));
  }

  /** Ends the caller's own session. */
  async end(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { principal, call } = await request.server.authentication.authenticateEmbedSession(request);
    await this.bus.request(revokeEmbedSession, { id: principal.id }, call);
    const gone = `${sessionCookieName(principal.app)}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None; Partitioned`;
    return reply.header('set-cookie', gone).code(204).send();
  }

  /** Without a session only the organisation says who may hear that there is none. */
  private parentsOf(uuid: string): readonly string[] {
    for (const [key, app] of this.directory.apps.entries()) {
      if (app.uuid === uuid)
        return this.directory.organisations.get(key.slice(0, key.indexOf('.')))?.embed.allowedOrigins ?? [];
    }
    return [];
  }
}

function currentUser({ externalIdentifier, environment, groupIds, metadataJson, userInfo }: ExternalPrincipal) {
  const { email = null, firstName = null, lastName = null } = userInfo;
  return {
    type: 'external',
    id: externalIdentifier,
    externalIdentifier,
    email,
    firstName,
    lastName,
    environment,
    groups: groupIds.map((id) => ({ id })),
    metadata: parseMetadata(metadataJson),
  };
}
