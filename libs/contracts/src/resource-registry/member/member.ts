import {
  forbidden,
  invalidRequest,
  lastAdmin,
  memberEmailTaken,
  notFound,
  overloaded,
  preconditionFailed,
} from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../../contract.js';
import { pageOf, pageRequest } from '../../page.js';
import { group, groupId } from '../group.js';
import { memberRole } from './member-role.js';

const callers = ['gateway'] as const;

/** An e-mail address in lower case and composed (NFC), in which two spellings of one address are the same. */
export const email = z
  .string()
  .trim()
  .normalize('NFC')
  .toLowerCase()
  .max(320)
  .regex(/^[^\s@\p{C}]+@[^\s@\p{C}]+$/u, 'An e-mail address is needed.');

/** A password as somebody types it: keyboards differ in how they write one character. @see NIST SP 800-63B, 5.1.1.2 */
export const password = z.string().max(200).normalize('NFKC');

/** A password that is chosen: long, and short enough that hashing it costs what hashing any does. @see NIST SP 800-63B, 5.1.1 */
export const newPassword = password.min(12);

const groupIds = z.array(z.int().positive()).max(100);
const settings = {
  name: z
    .string()
    .max(200)
    .regex(/^\P{Cc}*$/u, 'A name has no control characters.'),
  role: memberRole,
  /** A member who is disabled keeps what is his, and may do nothing. */
  disabled: z.boolean(),
};

/** A person of the organisation, as readers see him: nothing of a password but whether there is one. */
export const member = z.strictObject({
  ...settings,
  id: z.uuid(),
  email: z.string(),
  hasPassword: z.boolean(),
  /** By whom he is known elsewhere. @see OpenID Connect Core 1.0, 2: `iss` and `sub` */
  identities: z.array(z.strictObject({ issuer: z.string(), subject: z.string() })),
  groupIds,
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
  lastSignedInAt: z.iso.datetime().nullable(),
});
export type Member = z.output<typeof member>;

/** What is chosen about a new member. */
export const memberDraft = z.strictObject({
  email,
  name: settings.name.default(''),
  role: memberRole.default('member'),
  groupIds: groupIds.default([]),
  /** Without one he cannot sign in here until one is set. */
  password: newPassword.optional(),
});

/** What can be changed about a member. */
export const memberChanges = z
  .strictObject({
    ...settings,
    email,
    password: newPassword,
    /** Needed of whoever changes his own password. */
    currentPassword: password,
  })
  .partial();

/** Adds a member. */
export const createMember = requestContract({
  subject: 'v1.resource-registry.member.create',
  callers,
  request: memberDraft,
  reply: member,
  problems: [memberEmailTaken, forbidden, invalidRequest, overloaded],
  sealed: true,
});

/** Lists the organisation's members. */
export const listMembers = requestContract({
  subject: 'v1.resource-registry.member.list',
  callers,
  request: pageRequest,
  reply: pageOf(member),
  problems: [forbidden],
  deadlineMs: 2_000,
});

/** Shows a member. */
export const findMember = requestContract({
  subject: 'v1.resource-registry.member.find',
  callers,
  request: z.strictObject({ id: z.uuid() }),
  reply: member,
  problems: [notFound],
  deadlineMs: 2_000,
});

/** Changes a member. A password that is set ends his sessions, but for the one that asks for it. */
export const updateMember = requestContract({
  subject: 'v1.resource-registry.member.update',
  callers,
  request: z.strictObject({
    id: z.uuid(),
    changes: memberChanges,
    ifVersion: z.int().positive().optional(),
    /** SHA-256 (hex) of the session that asks; it goes on. */
    sessionHash: z.string().optional(),
  }),
  reply: member,
  problems: [notFound, memberEmailTaken, lastAdmin, forbidden, invalidRequest, preconditionFailed, overloaded],
  sealed: true,
});

/** Removes a member, and with him his sessions and tokens: every gateway refuses them before this is answered. */
export const deleteMember = requestContract({
  subject: 'v1.resource-registry.member.delete',
  callers,
  request: z.strictObject({ id: z.uuid(), ifVersion: z.int().positive().optional() }),
  reply: z.strictObject({}),
  problems: [notFound, lastAdmin, forbidden, preconditionFailed],
});

/** Takes a member into a group, or out of it. */
export const setGroupMember = requestContract({
  subject: 'v1.resource-registry.group.set-member',
  callers,
  request: z.strictObject({ id: groupId, member: z.uuid(), isIn: z.boolean() }),
  reply: group,
  problems: [notFound, forbidden],
});
