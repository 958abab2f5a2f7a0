import { forbidden, invalidRequest, notFound } from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { pageOf, pageRequest } from '../page.js';
import { scope } from '../principal.js';

const callers = ['gateway'] as const;

/** What is chosen about an API token. */
export const tokenDraft = z.strictObject({
  name: z.string().min(1).max(100),
  description: z.string().max(2000).default(''),
  scopes: z.array(scope).min(1).max(50),
  /** Only these groups' apps and resources, and no more than that for what it mints; null: not restricted. */
  groupIds: z.array(z.int().positive()).max(100).nullable().default(null),
  expiresAt: z.iso.datetime().nullable().default(null),
});

/** An API token as its readers see it; the token itself is shown once, by the gateway that made it. */
export const token = z.strictObject({
  ...tokenDraft.shape,
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  /** Whose it is; null: a service's. It never does more than this member may at the time. */
  memberId: z.uuid().nullable(),
});

/** Adds an API token, of which the registry hears the SHA-256 (hex) only. Nobody grants more than he has. */
export const createToken = requestContract({
  subject: 'v1.resource-registry.token.create',
  callers,
  request: z.strictObject({ draft: tokenDraft, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  reply: token,
  problems: [forbidden, invalidRequest],
});

/** Lists the organisation's API tokens. */
export const listTokens = requestContract({
  subject: 'v1.resource-registry.token.list',
  callers,
  request: pageRequest,
  reply: pageOf(token),
  problems: [],
  deadlineMs: 2_000,
});

/** Revokes an API token: every gateway refuses it before this is answered. */
export const revokeToken = requestContract({
  subject: 'v1.resource-registry.token.revoke',
  callers,
  request: z.strictObject({ id: z.uuid() }),
  reply: z.strictObject({}),
  problems: [notFound],
});
