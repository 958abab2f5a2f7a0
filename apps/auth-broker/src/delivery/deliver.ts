import type { DeliveryAttempt } from '@pontage/contracts/auth-broker';
import { retryAfterMs } from '@pontage/http-message';
import { asProblem, type Problem } from '@pontage/problems';
import { type TokenEgress } from '../grant/token-egress.js';
import { type WebhookStore } from '../webhook/webhook-store.js';
import { backOffMs } from './back-off.js';
import type { Claim, Consequence } from './delivery-store.js';
import { type SendingRegion } from './sending-region.js';
import { signedHeaders } from './sign.js';

/** A receiver that takes longer has not taken it. */
const timeoutMs = 10_000;
const gone = 410;

/** What a try came to, and what follows from it. */
export interface Delivered {
  readonly attempt: DeliveryAttempt;
  readonly next: Consequence;
  /** The receiver wants nothing more, ever. */
  readonly isGone: boolean;
  /** What went wrong on our side, for the log. */
  readonly fault?: Problem | undefined;
}

type Answer = Pick<DeliveryAttempt, 'status' | 'problem'> & { readonly askedMs?: number; readonly fault?: Problem };

/** Sends messages to receivers, through a worker. */
export class Deliver {
  constructor(
    private readonly egress: TokenEgress,
    private readonly webhooks: WebhookStore,
    private readonly regions: SendingRegion,
  ) {}

  /** Tries once. A redirect is not followed, and of an answer only the status is read, and how long to wait. */
  async once(claim: Claim): Promise<Delivered> {
    const at = new Date();
    const startedAt = performance.now();
    const { status, problem, askedMs, fault } = await this.send(claim, at);
    const attempt = { at: at.toISOString(), status, problem, durationMs: Math.round(performance.now() - startedAt) };
    if (status !== null && status >= 200 && status < 300)
      return { attempt, next: { state: 'delivered' }, isGone: false };
    if (status === gone) return { attempt, next: { state: 'failed' }, isGone: true };
    const inMs = backOffMs(claim.tries + 1, askedMs);
    return { attempt, next: { state: 'pending', inMs }, isGone: false, fault };
  }

  private async send(claim: Claim, now: Date): Promise<Answer> {
    const { org, id, webhookId, url, region, body, sealed } = claim;
    try {
      const secret = this.webhooks.openSecret(org, webhookId, sealed);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Pontage-Webhooks',
        ...signedHeaders(secret, id, body, now),
      };
      const fetch = this.egress.fetchFrom(this.regions.of(org, region), org, { timeoutMs, headOnly: true });
      const answer = await fetch(url, { method: 'POST', headers, body });
      // Where the whole answer is at hand, its body is left alone.
      void answer.body?.cancel().catch(() => undefined);
      return { status: answer.status, problem: null, askedMs: retryAfterMs([...answer.headers], now.getTime()) ?? 0 };
    } catch (error) {
      const problem = asProblem(error);
      const answer = { status: null, problem: problem.slug };
      return problem.definition.kind === 'internal' ? { ...answer, fault: problem } : answer;
    }
  }
}
