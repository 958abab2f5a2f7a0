import { randomUUID } from 'node:crypto';
import { auditOf, Bus, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { redeemEmbedUrl } from '@pontage/contracts/embed-session';
import { sessions } from '@pontage/contracts/snapshots';
import { UnitOfWork, type Work } from '@pontage/persistence';
import { embedUrlExpired, embedUrlRedeemed, embedUrlRevoked, notFound } from '@pontage/problems';
import { begun, insertSession, snapshotOf, type SessionRow } from '../session/session-table.js';
import { findEmbedUrl, spendEmbedUrl, type EmbedUrlRow } from './embed-url-table.js';

/** Spends a nonce and opens its session: both or neither, and once. */
@serves(redeemEmbedUrl)
export class RedeemEmbedUrl {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly bus: Bus,
  ) {}

  async handle(
    { nonceHash, tokenHash }: ParsedRequestOf<typeof redeemEmbedUrl>,
    call: Call,
  ): Promise<ReplyOf<typeof redeemEmbedUrl>> {
    const outcome = await this.unitOfWork.run(call.org, async (work) => {
      const sessionId = randomUUID();
      const url = await spendEmbedUrl(work, nonceHash, sessionId);
      if (url === undefined) return { refused: await findEmbedUrl(work, nonceHash) };
      return { session: await open(work, url, { sessionId, tokenHash }, call) };
    });
    if (outcome.session === undefined) return this.refuse(outcome.refused, call);
    const { id, app, externalIdentifier, allowedOrigins, expiresAt } = outcome.session;
    return {
      sessionId: id,
      app,
      externalIdentifier,
      allowedOrigins: [...allowedOrigins],
      expiresAt: expiresAt.toISOString(),
    };
  }

  /** Nothing has changed, so the event needs no transaction: a flood of replays does not hold up whoever is first. */
  private async refuse(url: EmbedUrlRow | undefined, call: Call): Promise<never> {
    if (url === undefined) throw notFound({});
    const { id, app, externalIdentifier, state, sessionId } = url;
    await this.bus.publishEvent({
      ...auditOf(call),
      id: randomUUID(),
      at: new Date().toISOString(),
      action: 'embed-url.refused',
      outcome: 'denied',
      actor: { type: 'anonymous', id: call.ip ?? 'unknown', display: 'anonymous' },
      app,
      externalIdentifier,
      data: { embedUrlId: id, reason: state, sessionId },
    });
    if (sessionId !== null) throw embedUrlRedeemed({ sessionId });
    throw state === 'revoked' ? embedUrlRevoked({}) : embedUrlExpired({});
  }
}

async function open(
  work: Work,
  url: EmbedUrlRow,
  { sessionId, tokenHash }: { sessionId: string; tokenHash: string },
  call: Call,
): Promise<SessionRow> {
  const session = await insertSession(work, {
    id: sessionId,
    embedUrlId: url.id,
    tokenHash,
    grant: url,
    minutes: url.sessionMinutes,
  });
  const { app, externalIdentifier, groupIds, environment, metadataJson, expiresAt } = session;
  work.snapshot(sessions, tokenHash, { version: begun, value: snapshotOf(work.org, session) });
  work.audit({
    ...auditOf(call),
    action: 'embed-url.redeemed',
    outcome: 'success',
    actor: { type: 'external', id: sessionId, display: externalIdentifier },
    app,
    externalIdentifier,
    data: {
      embedUrlId: url.id,
      sessionId,
      groupIds: [...groupIds],
      environment,
      metadataJson,
      expiresAt: expiresAt.toISOString(),
    },
  });
  return session;
}
