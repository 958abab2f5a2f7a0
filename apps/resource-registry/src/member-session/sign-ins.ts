import type { Call } from '@pontage/contracts';
import type { Actor } from '@pontage/contracts/events';
import type { Member } from '@pontage/contracts/resource-registry';
import type { UnitOfWork, Work } from '@pontage/persistence';
import { signInRefused } from '@pontage/problems';
import { entryOf } from '../call/call-transactions.js';
import type { MemberStore } from '../member/member-store.js';
import { viewOf, type SavedMember } from '../member/member.js';
import type { MemberSessionStore } from './member-session-store.js';
import { newSession, type SessionLife } from './member-session.js';

/** A session that was opened. */
export interface OpenedSession {
  readonly org: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly member: Member;
}

/** How somebody has shown who he is, for the record. */
export type SignInManner = { readonly method: 'password' } | { readonly method: 'oidc'; readonly issuer: string };

/** Of one member at once: somebody who signs in more often than that has forgotten the first. */
const mostSessions = 50;

/** Opens sessions, and records those that were not opened. */
export class SignIns {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly members: MemberStore,
    private readonly sessions: MemberSessionStore,
    private readonly life: SessionLife,
  ) {}

  /** The organisation of this name, or the installation's first. */
  async organisation(name: string | undefined): Promise<string | undefined> {
    const [org] =
      name === undefined
        ? await this.unitOfWork.ids('bootstrapped_organisation')
        : await this.unitOfWork.ids('organisation_named', name);
    return org;
  }

  /** Runs `fn` in the organisation that somebody wants to sign in to. */
  within<T>(org: string, fn: (work: Work) => Promise<T>): Promise<T> {
    return this.unitOfWork.run(org, fn);
  }

  /** Opens a session for a member, as part of a transaction. @throws signInRefused for one who is disabled */
  async open(
    work: Work,
    member: SavedMember,
    tokenHash: string,
    call: Call,
    manner: SignInManner,
  ): Promise<OpenedSession> {
    if (member.disabled) throw signInRefused({});
    await this.sessions.sweep(work, member.id, mostSessions - 1);
    const session = newSession(member.id, tokenHash, this.life);
    await this.sessions.insert(work, session);
    await this.members.noteSignIn(work, member.id, session.createdAt);
    const actor: Actor = { type: 'member', id: member.id, display: member.email };
    const data = { ...manner, session: session.id };
    work.audit({ ...entryOf({ ...call, org: work.org }, 'member.signed-in', { data }), actor });
    const lastSignedInAt = session.createdAt.toISOString();
    return { org: work.org, expiresAt: session.expiresAt.toISOString(), member: viewOf({ ...member, lastSignedInAt }) };
  }

  /** Records an attempt. What was typed in stays out of it: it may be a password in the wrong field. */
  async refuse(org: string, call: Call, reason: string, member: string | null = null): Promise<void> {
    const actor: Actor = { type: 'anonymous', id: call.ip ?? '', display: 'anonymous' };
    await this.unitOfWork.run(org, async (work) => {
      const entry = entryOf({ ...call, org }, 'member.sign-in-refused', { data: { reason, member } });
      work.audit({ ...entry, actor, outcome: 'denied' });
    });
  }
}
