import { notFound, overloaded, signInRefused } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../../contract.js';
import { email, member, password } from './member.js';

const callers = ['gateway'] as const;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** The organisation's name; absent: the installation's first. */
const organisation = z.string().min(1).max(100).optional();

const session = z.strictObject({ org: z.uuid(), expiresAt: z.iso.datetime(), member });

/** Opens a session for whoever knows a member's password. The session token's SHA-256 comes here, never the token. */
export const signInWithPassword = requestContract({
  subject: 'v1.resource-registry.member.sign-in-with-password',
  callers,
  request: z.strictObject({ organisation, email, password, tokenHash: sha256 }),
  reply: session,
  problems: [signInRefused, overloaded],
  sealed: true,
});

/** What an identity provider says of somebody, after all of it has been checked. */
export const identity = z.strictObject({
  issuer: z.string().min(1).max(1000),
  subject: z.string().min(1).max(255),
  email: z.string().nullable(),
  emailVerified: z.boolean(),
  name: z.string().max(200),
  /** Names of groups; null: the provider says nothing of groups, and they stay as they are. */
  groups: z.array(z.string()).max(1000).nullable(),
});
export type Identity = z.output<typeof identity>;

/** Opens a session for somebody whom an identity provider vouches for; the first time, he becomes a member if he may. */
export const signInWithIdentity = requestContract({
  subject: 'v1.resource-registry.member.sign-in-with-identity',
  callers,
  request: z.strictObject({
    organisation,
    identity,
    /** Whether somebody who is no member yet becomes one. */
    joins: z.boolean(),
    tokenHash: sha256,
  }),
  reply: session,
  problems: [signInRefused],
});

/** Records a sign-in by an identity provider that came to nothing before it was known whose it would be. */
export const refuseSignIn = requestContract({
  subject: 'v1.resource-registry.member.refuse-sign-in',
  callers,
  request: z.strictObject({ organisation, reason: z.string().max(200) }),
  reply: z.strictObject({}),
  problems: [],
});

/** Keeps a session that is used from running out. */
export const extendMemberSession = requestContract({
  subject: 'v1.resource-registry.member-session.extend',
  callers,
  request: z.strictObject({ tokenHash: sha256 }),
  reply: z.strictObject({}),
  problems: [notFound],
});

/** Ends the caller's session: every gateway refuses it before this is answered. */
export const endMemberSession = requestContract({
  subject: 'v1.resource-registry.member-session.end',
  callers,
  request: z.strictObject({ tokenHash: sha256 }),
  reply: z.strictObject({}),
  problems: [],
});
