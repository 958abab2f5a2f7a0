import { randomUUID } from 'node:crypto';

/** A session of a member, by the SHA-256 (hex) of its token, never with it. */
export interface MemberSession {
  readonly id: string;
  readonly memberId: string;
  readonly hash: string;
  readonly version: number;
  readonly createdAt: Date;
  /** When it ends unless it is used. */
  readonly idleEndsAt: Date;
  /** When it ends however much it is used. */
  readonly expiresAt: Date;
}

/** How long sessions last, in milliseconds. */
export interface SessionLife {
  readonly idleMs: number;
  readonly absoluteMs: number;
}

/** The version of a session that was ended: the last one, so that nothing written later brings it back. */
export const endedForGood = 2_147_483_647;

/** A session that begins now. */
export function newSession(memberId: string, hash: string, life: SessionLife, now = new Date()): MemberSession {
  const expiresAt = new Date(now.getTime() + life.absoluteMs);
  return {
    id: randomUUID(),
    memberId,
    hash,
    version: 1,
    createdAt: now,
    expiresAt,
    idleEndsAt: idleEnd(expiresAt, life, now),
  };
}

/** A session that has just been used. */
export const extended = (session: MemberSession, life: SessionLife, now = new Date()): MemberSession => ({
  ...session,
  version: session.version + 1,
  idleEndsAt: idleEnd(session.expiresAt, life, now),
});

/** True once it has ended by itself. */
export const isOver = ({ idleEndsAt, expiresAt }: MemberSession, now = new Date()): boolean =>
  idleEndsAt <= now || expiresAt <= now;

const idleEnd = (expiresAt: Date, { idleMs }: SessionLife, now: Date): Date =>
  new Date(Math.min(expiresAt.getTime(), now.getTime() + idleMs));
