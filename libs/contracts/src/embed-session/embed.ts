import {
  embedUrlExpired,
  embedUrlRedeemed,
  embedUrlRevoked,
  forbidden,
  invalidRequest,
  notFound,
  stalePolicy,
} from '@pontage/problems';
import { z } from 'zod';
import { requestContract } from '../contract.js';
import { pageOf, pageRequest } from '../page.js';
import { userInfo } from '../principal.js';
import { environmentName } from '../resource-registry/environment-name.js';

const callers = ['gateway'] as const;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const origins = z.array(z.string().max(300)).max(100);

/** Which app, as whom, and for how long: the seed's table after its spellings are made one. */
export const embedUrlDraft = z.strictObject({
  landingPageUuid: z.uuid(),
  groupIds: z.array(z.int().positive().max(2_147_483_647)).min(1).max(100),
  externalIdentifier: z.string().min(1).max(255),
  sessionDurationMinutes: z.int().min(10).max(43_200).default(1440),
  userInfo: userInfo.default({}),
  /** The metadata as JSON text, so that an int64 stays exact; at most 1024 bytes of UTF-8. */
  metadataJson: z.string().default('{}'),
  environment: environmentName.optional(),
  branch: z.string().max(100).optional(),
  releaseVersion: z.string().max(100).optional(),
  /** A subset of the organisation's; absent: all of them. */
  allowedOrigins: origins.optional(),
  urlTtlSeconds: z.int().min(10).max(3600).default(300),
});

/** Mints a single-use embed URL. The nonce itself stays at the gateway; its SHA-256 (hex) comes here. */
export const mintEmbedUrl = requestContract({
  subject: 'v1.embed-session.embed-url.mint',
  callers,
  request: z.strictObject({ draft: embedUrlDraft, nonceHash: sha256 }),
  reply: z.strictObject({ id: z.uuid(), expiresAt: z.iso.datetime() }),
  problems: [invalidRequest, notFound, forbidden, stalePolicy],
});

/** What a nonce stands for, without spending it. */
export const peekEmbedUrl = requestContract({
  subject: 'v1.embed-session.embed-url.peek',
  callers,
  request: z.strictObject({ nonceHash: sha256 }),
  reply: z.strictObject({
    app: z.uuid(),
    allowedOrigins: origins,
    state: z.enum(['fresh', 'redeemed', 'expired', 'revoked']),
    /** The session that the redemption made. */
    sessionId: z.uuid().nullable(),
  }),
  problems: [notFound],
  deadlineMs: 2_000,
});

/** Spends a nonce and opens the session, in one conditional UPDATE. The session token's SHA-256 comes here, never the token. */
export const redeemEmbedUrl = requestContract({
  subject: 'v1.embed-session.embed-url.redeem',
  callers,
  request: z.strictObject({ nonceHash: sha256, tokenHash: sha256 }),
  reply: z.strictObject({
    sessionId: z.uuid(),
    app: z.uuid(),
    externalIdentifier: z.string(),
    allowedOrigins: origins,
    expiresAt: z.iso.datetime(),
  }),
  problems: [embedUrlRedeemed, embedUrlExpired, embedUrlRevoked, notFound],
});

/** An embed session as its readers see it. */
export const embedSession = z.strictObject({
  id: z.uuid(),
  app: z.uuid(),
  externalIdentifier: z.string(),
  userInfo,
  groupIds: z.array(z.int()),
  environment: z.string(),
  metadataJson: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});
export type EmbedSession = z.infer<typeof embedSession>;

export const listEmbedSessions = requestContract({
  subject: 'v1.embed-session.session.list',
  callers,
  request: pageRequest.extend({ externalIdentifier: z.string().optional(), app: z.uuid().optional() }),
  reply: pageOf(embedSession),
  problems: [invalidRequest],
  deadlineMs: 2_000,
});

/** Ends a session: every gateway refuses it before this is answered. */
export const revokeEmbedSession = requestContract({
  subject: 'v1.embed-session.session.revoke',
  callers,
  request: z.strictObject({ id: z.uuid() }),
  reply: z.strictObject({}),
  problems: [notFound],
});
