import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Bus } from '@pontage/bus';
import type { Call, RequestOf } from '@pontage/contracts';
import {
  listEmbedSessions,
  mintEmbedUrl,
  peekEmbedUrl,
  redeemEmbedUrl,
  revokeEmbedSession,
  type embedUrlDraft,
} from '@pontage/contracts/embed-session';
import type { z } from 'zod';
import type { Tenant } from './registry.js';

/** The SHA-256 of a new nonce or session token; nobody needs the token itself here. */
export const newHash = (): string => createHash('sha256').update(randomBytes(32)).digest('hex');

/** A call with an API token of the organisation. */
export const callOf = (org: string, groupIds: number[] | null = null): Call => ({
  org,
  principal: { type: 'token', id: randomUUID(), display: 'portal backend', scopes: ['apps:embed'], groupIds },
  requestId: randomUUID(),
  ip: '203.0.113.7',
});

type Draft = Partial<z.input<typeof embedUrlDraft>>;

/** What a customer's backend and its browsers do, through the gateway's place on the bus. */
export class Embedder {
  constructor(readonly gateway: Bus) {}

  async mint(tenant: Tenant, change: Draft = {}, call: Call = callOf(tenant.org)): Promise<string> {
    const nonceHash = newHash();
    const draft = { landingPageUuid: tenant.app, groupIds: [tenant.group], externalIdentifier: 'u-5', ...change };
    await this.gateway.request(mintEmbedUrl, { draft, nonceHash }, call);
    return nonceHash;
  }

  peek(org: string, nonceHash: string) {
    return this.gateway.request(peekEmbedUrl, { nonceHash }, callOf(org));
  }

  redeem(org: string, nonceHash: string, tokenHash = newHash()) {
    return this.gateway.request(redeemEmbedUrl, { nonceHash, tokenHash }, callOf(org));
  }

  list(org: string, filter: RequestOf<typeof listEmbedSessions> = {}, call: Call = callOf(org)) {
    return this.gateway.request(listEmbedSessions, filter, call);
  }

  revoke(org: string, id: string, call: Call = callOf(org)) {
    return this.gateway.request(revokeEmbedSession, { id }, call);
  }
}
