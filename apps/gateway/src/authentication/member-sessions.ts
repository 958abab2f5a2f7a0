import { auditOf } from '@pontage/bus';
import type { Call, MemberPrincipal } from '@pontage/contracts';
import type { memberSessions, members, organisations, tokens, ValueOf } from '@pontage/contracts/snapshots';
import { stalePolicy, unauthenticated } from '@pontage/problems';
import { becomesFresh } from '@pontage/snapshots';
import type { FastifyRequest } from 'fastify';
import { holdsStill, principalOf } from './acting-member.js';
import { Allowance } from './allowance.js';
import { callOf, type Caller } from './caller.js';
import { memberTokenOf } from './credentials.js';
import type { Directory } from './directory.js';
import { isPast, sha256 } from './hash.js';
import { noteSecrets } from './note-secrets.js';
import { refuseForgery } from './refuse-forgery.js';

type Session = ValueOf<typeof memberSessions>;

/** What is known of members, their sessions, and their organisations. */
export interface MemberDirectory {
  readonly members: Directory<ValueOf<typeof members>>;
  readonly memberSessions: Directory<Session>;
  readonly organisations: { get(key: string): ValueOf<typeof organisations> | undefined };
}

/** Says that a session is in use, so that it does not run out; it never throws. */
export type ExtendSession = (tokenHash: string, call: Call) => void;

/** Tells which member a request comes from, and what he may now. */
export class MemberSessions {
  /** How often a session is said to be in use: each time is a write. */
  private readonly extensions = new Allowance({ burst: 1, perSecond: 1 / 60 });

  constructor(
    private readonly directory: MemberDirectory,
    /** The origin of our own pages. */
    private readonly ownOrigin: () => string,
    private readonly extend: ExtendSession,
  ) {}

  /** What a member may now, with a token of his or by himself; undefined: he is disabled or gone. @throws Problem `stale-policy` */
  async acting(org: string, id: string, token?: ValueOf<typeof tokens>): Promise<MemberPrincipal | undefined> {
    if (!(await becomesFresh(this.directory.members))) throw stalePolicy({});
    await this.directory.members.find(`${org}.${id}`);
    return this.now(org, id, token);
  }

  /** False once he may less than this principal. */
  holds(org: string, principal: MemberPrincipal, token?: ValueOf<typeof tokens>): boolean {
    const now = this.now(org, principal.id, token);
    return now !== undefined && holdsStill(principal, now);
  }

  /** The session that the cookie of a request belongs to, while it lives. @throws Problem `stale-policy` */
  async sessionOf(request: FastifyRequest): Promise<(Session & { readonly token: string }) | undefined> {
    const token = memberTokenOf(request);
    if (token === undefined) return undefined;
    if (!(await becomesFresh(this.directory.memberSessions))) throw stalePolicy({});
    const session = await this.directory.memberSessions.find(sha256(token));
    return session === undefined || isOver(session) ? undefined : { ...session, token };
  }

  /**
   * The member of the request's session.
   * @throws Problem `unauthenticated`, `forbidden` for what another site may have caused, `stale-policy`
   */
  async authenticate(request: FastifyRequest): Promise<Caller<MemberPrincipal>> {
    const session = await this.sessionOf(request);
    const principal = session && (await this.acting(session.org, session.memberId));
    if (session === undefined || principal === undefined)
      throw unauthenticated({}, { detail: 'There is no such session, or it has ended: sign in again.' });
    const { org, token } = session;
    noteSecrets(org, [token]);
    const call = callOf(request, org, principal);
    request.refused = auditOf(call);
    refuseForgery(request, token, this.ownOrigin());
    const hash = sha256(token);
    if (this.extensions.take(hash)) this.extend(hash, call);
    const isLive = () => {
      const known = this.directory.memberSessions.get(hash);
      return known !== undefined && !isOver(known) && this.holds(org, principal);
    };
    const caller = { principal, call, isLive };
    request.caller = caller;
    return caller;
  }

  private now(org: string, id: string, token?: ValueOf<typeof tokens>): MemberPrincipal | undefined {
    const member = this.directory.members.get(`${org}.${id}`);
    if (member === undefined) return undefined;
    const organisation = this.directory.organisations.get(org);
    return principalOf({ id, member, organisation, ...(token === undefined ? {} : { token }) });
  }
}

const isOver = ({ idleEndsAt, expiresAt }: Session): boolean => isPast(idleEndsAt) || isPast(expiresAt);
