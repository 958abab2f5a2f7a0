import { hash as hashOf } from 'node:crypto';
import { auditOf } from '@pontage/bus';
import {
  holdsScope,
  type ExternalPrincipal,
  type Principal,
  type Scope,
  type TokenPrincipal,
} from '@pontage/contracts';
import type { sessions, tokens, ValueOf } from '@pontage/contracts/snapshots';
import { embedSessionExpired, forbidden, missingScope, stalePolicy, unauthenticated } from '@pontage/problems';
import { becomesFresh, type Freshness } from '@pontage/snapshots';
import type { FastifyRequest } from 'fastify';
import { actedFor, refuseActing } from './acted-for.js';
import { noteSecrets } from './note-secrets.js';
import { callOf, type Caller, type EmbedCaller } from './caller.js';
import { bearerOf, isApiToken, isSessionToken, sessionCookie } from './credentials.js';

type TokenSnapshot = ValueOf<typeof tokens>;
type SessionSnapshot = ValueOf<typeof sessions>;

/** What is asked of a snapshot watch: who is known right now, and whether a revocation would have been heard. */
export interface Directory<V> extends Freshness {
  get(key: string): V | undefined;
  /** Waits up to half a second for a key that has not arrived yet. */
  find(key: string): Promise<V | undefined>;
}

/** Tells who a request comes from. Free of Nest: the query path's plain routes call it as they are. */
export class Authentication {
  constructor(
    private readonly tokens: Directory<TokenSnapshot>,
    private readonly sessions: Directory<SessionSnapshot>,
    /** The origin that embedded apps are served from. */
    private readonly embedOrigin: () => string,
  ) {}

  /**
   * The holder of the request's bearer token.
   * @throws Problem `unauthenticated`, `missing-scope`, `stale-policy`; `invalid-request` for who it says it acts for
   */
  async authenticateToken(request: FastifyRequest, scope?: Scope): Promise<Caller<TokenPrincipal>> {
    const token = bearerOf(request);
    if (token === undefined) throw unauthenticated({});
    if (!this.tokens.isFresh() && !(await becomesFresh(this.tokens))) throw stalePolicy({});
    const hash = sha256(token);
    const known = this.tokens.get(hash) ?? (isApiToken(token) ? await this.tokens.find(hash) : undefined);
    if (known === undefined) throw unauthenticated({});
    const { org, id, name, scopes, groupIds, expiresAt } = known;
    noteSecrets(org, [token]);
    const principal: TokenPrincipal = { type: 'token', id, display: name, scopes, groupIds };
    const call = callOf(request, org, principal);
    if (isPast(expiresAt)) {
      request.refused = auditOf(call);
      throw unauthenticated({}, { detail: 'This token has expired.' });
    }
    const caller = { principal, call, isLive: () => isUsable(this.tokens.get(hash)) };
    request.caller = caller;
    const actor = acting(request, principal);
    if (scope !== undefined) requireScope(principal, scope);
    if (actor === principal) return caller;
    const actingCaller = { ...caller, principal: actor, call: { ...call, principal: actor } };
    request.caller = actingCaller;
    return actingCaller;
  }

  /**
   * The external user of the embed session that the request belongs to: by cookie, or by bearer where cookies are blocked.
   * @throws Problem `unauthenticated`, `embed-session-expired`, `forbidden`, `stale-policy`
   */
  async authenticateEmbedSession(request: FastifyRequest): Promise<EmbedCaller> {
    const app = appOf(request);
    const token = bearerOf(request) ?? sessionCookie(request, app);
    if (token === undefined) throw unauthenticated({}, { detail: 'An embed session is needed.' });
    const hash = sha256(token);
    const session = await this.session(token, hash);
    if (session === undefined || session.app !== app) throw embedSessionExpired({});
    noteSecrets(session.org, [token]);
    const caller = externalCaller(request, session, () => isUsable(this.sessions.get(hash)));
    if (isPast(session.expiresAt)) {
      request.refused = auditOf(caller.call);
      throw embedSessionExpired({});
    }
    request.caller = caller;
    this.refuseForeignSites(request);
    return caller;
  }

  /** The session of a token, if it lives; it may be past its end by the clock. */
  async session(token: string, hash = sha256(token)): Promise<SessionSnapshot | undefined> {
    if (!(await becomesFresh(this.sessions))) throw stalePolicy({});
    return this.sessions.get(hash) ?? (isSessionToken(token) ? await this.sessions.find(hash) : undefined);
  }

  /** A cookie travels with requests that other sites cause; the embedded app's own are same-origin. */
  private refuseForeignSites(request: FastifyRequest): void {
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin')
      throw forbidden({}, { detail: 'Only the embedded app itself may ask.' });
    if (site === undefined && origin !== undefined && origin !== this.embedOrigin()) {
      throw forbidden({}, { detail: 'Only the embedded app itself may ask.' });
    }
  }
}

/** @throws Problem `missing-scope` */
export function requireScope(principal: Principal, scope: Scope): void {
  if (!holdsScope(principal, scope)) throw missingScope({ scope }, { detail: `The token lacks the scope ${scope}.` });
}

/** SHA-256 in hex: what is known of tokens, sessions and nonces anywhere but at their holder. */
export const sha256 = (text: string): string => hashOf('sha256', text, 'hex');

/** True for a time that has come; null never does. */
export const isPast = (time: string | null): boolean => time !== null && Date.parse(time) <= Date.now();

const isUsable = (known: { readonly expiresAt: string | null } | undefined): boolean =>
  known !== undefined && !isPast(known.expiresAt);

function externalCaller(request: FastifyRequest, session: SessionSnapshot, isLive: EmbedCaller['isLive']): EmbedCaller {
  const { org, id, app, externalIdentifier, groupIds, environment, userInfo, metadataJson, expiresAt } = session;
  const principal: ExternalPrincipal = {
    type: 'external',
    id,
    externalIdentifier,
    app,
    groupIds,
    environment,
    userInfo,
    metadataJson,
  };
  return { principal, call: callOf(request, org, principal), expiresAt, isLive };
}

function appOf(request: FastifyRequest): string {
  const app = request.headers['pontage-app'];
  if (typeof app === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(app)) return app.toLowerCase();
  throw unauthenticated({}, { detail: 'The Pontage-App header has to name the app.' });
}

/** The principal, who acts for an external user where the request says so and the route takes it. @throws Problem `missing-scope` */
function acting(request: FastifyRequest, principal: TokenPrincipal): TokenPrincipal {
  const { operation } = request.routeOptions.config;
  if (operation?.actsForUsers !== true) {
    refuseActing(request.raw);
    return principal;
  }
  const externalIdentifier = actedFor(request.raw);
  if (externalIdentifier === undefined) return principal;
  requireScope(principal, 'users:act');
  return { ...principal, actsFor: { externalIdentifier } };
}
