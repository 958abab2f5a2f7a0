import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { peekEmbedUrl, redeemEmbedUrl } from '@pontage/contracts/embed-session';
import { auditOf } from '@pontage/bus';
import {
  embedUrlExpired,
  embedUrlRedeemed,
  embedUrlRevoked,
  forbidden,
  isProblem,
  notFound,
  type Problem,
} from '@pontage/problems';
import type { ReplyOf } from '@pontage/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isPast, sha256 } from '../authentication/hash.js';
import { callOf } from '../authentication/caller.js';
import {
  newOrganisationToken,
  organisationOf,
  sessionCookie,
  sessionCookieName,
} from '../authentication/credentials.js';
import { noteSecrets } from '../authentication/note-secrets.js';
import { isFromOwnPage } from '../authentication/refuse-forgery.js';
import { sendPage } from '../pages/send-page.js';
import { interstitialPage, lookPage } from './embed-pages.js';
import { refuseWithPage } from './refuse-with-page.js';
import { comesFromAllowed, visitOf } from './visit.js';

type Peeked = ReplyOf<typeof peekEmbedUrl>;

/** An embed URL that someone has asked for. */
interface Opening {
  readonly request: FastifyRequest;
  readonly nonce: string;
  readonly call: Call;
}

/** Where an app is served to its session. */
export const appPath = (app: string): string => `/embedded/authed/${app}/`;

/** Answers requests for embed URLs: DESIGN.md, "Embed". Only a redemption changes anything, and it works once. */
export class OpenEmbedUrl {
  constructor(private readonly bus: Bus) {}

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { nonce } = request.params as { nonce: string };
    const org = organisationOf(nonce);
    if (org === undefined) return refuseWithPage(request, reply, notFound({}), { parents: [] });
    noteSecrets(org, [nonce]);
    const { publicAddresses } = request.server;
    if (publicAddresses.isMisdirected(request.headers.host))
      return reply.redirect(`${publicAddresses.embedOrigin}/embed/${nonce}`, 308);
    const opening = {
      request,
      nonce,
      call: callOf(request, org, { type: 'service', id: 'gateway', display: 'gateway' }),
    };
    let peeked: Peeked | undefined;
    try {
      peeked = await this.bus.request(peekEmbedUrl, { nonceHash: sha256(nonce) }, opening.call);
      return await this.open(opening, peeked, reply);
    } catch (error) {
      if (!isProblem(error)) throw error;
      return this.refuse(opening, peeked, error, reply);
    }
  }

  private async open(opening: Opening, peeked: Peeked, reply: FastifyReply): Promise<FastifyReply> {
    const { request } = opening;
    const visit = visitOf(request);
    const spent = spentOf(peeked);
    if (spent !== undefined) {
      // An attempt at a spent URL belongs into the record: whoever keeps the URLs refuses it once more, and writes it down.
      if (visit === 'frame' || visit === 'confirmed') await this.redeem(opening, reply);
      throw spent;
    }
    const posted = visit !== 'confirmed' || isFromOwnPage(request, request.server.publicAddresses.embedOrigin);
    if (!posted || !comesFromAllowed(request, peeked.allowedOrigins)) {
      this.blame(opening);
      throw forbidden({}, { detail: 'The page that asks may not embed this app.' });
    }
    if (visit === 'look') return sendPage(reply, 200, lookPage(peeked.allowedOrigins));
    if (visit === 'window') return sendPage(reply, 200, interstitialPage());
    return this.redeem(opening, reply);
  }

  /** Always a new token: whatever cookie came along is replaced. */
  private async redeem({ nonce, call }: Opening, reply: FastifyReply): Promise<FastifyReply> {
    const token = newOrganisationToken(call.org);
    const session = await this.bus.request(
      redeemEmbedUrl,
      { nonceHash: sha256(nonce), tokenHash: sha256(token) },
      call,
    );
    return reply.header('set-cookie', cookie(session, token)).redirect(appPath(session.app), 303);
  }

  private async refuse(
    { request }: Opening,
    peeked: Peeked | undefined,
    problem: Problem,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const forward =
      peeked !== undefined && isProblem(problem, embedUrlRedeemed)
        ? await forwardOf(request, peeked.app, problem.facts.sessionId)
        : undefined;
    return refuseWithPage(request, reply, problem, {
      parents: peeked?.allowedOrigins ?? [],
      ...(forward === undefined ? {} : { forward }),
    });
  }

  /** The attempt belongs into the record of the organisation whose URL it is, although nobody knows who it was. */
  private blame({ request, call }: Opening): void {
    request.refused = { ...auditOf(call), actor: { type: 'anonymous', id: request.ip, display: 'anonymous' } };
  }
}

/** A double click or a reload: the browser already holds the session that this very nonce made. */
async function forwardOf(request: FastifyRequest, app: string, sessionId: unknown): Promise<string | undefined> {
  const token = sessionCookie(request, app);
  const session = token === undefined ? undefined : await request.server.authentication.session(token);
  return session !== undefined && session.id === sessionId && !isPast(session.expiresAt) ? appPath(app) : undefined;
}

function spentOf({ state, sessionId }: Peeked): Problem | undefined {
  switch (state) {
    case 'fresh':
      return undefined;
    case 'redeemed':
      return embedUrlRedeemed({ sessionId: sessionId ?? '' });
    case 'expired':
      return embedUrlExpired({});
    case 'revoked':
      return embedUrlRevoked({});
  }
}

/** @see RFC 6265bis for `__Host-`, https://www.ietf.org/archive/id/draft-cutler-httpbis-partitioned-cookies for `Partitioned` */
function cookie({ app, expiresAt }: { app: string; expiresAt: string }, token: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(expiresAt) - Date.now()) / 1000));
  return `${sessionCookieName(app)}=${token}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=None; Partitioned`;
}
