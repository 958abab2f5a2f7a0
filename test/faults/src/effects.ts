import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Upstream } from '@pontage/fixtures';
import type { Pontage } from '@pontage/testkit';
import { reconcile, type Reconciliation } from './reconcile.js';

/** How an action ended for its caller. */
export interface Acted {
  readonly id: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  readonly ms: number;
}

/** Actions with an effect of their own at an upstream, and what callers, the record and the upstream say of them. */
export class Effects {
  /** A dispatch whose worker was killed is closed in the record as unknown after a while. */
  static readonly recordedWithinMs = 30_000;

  constructor(
    private readonly pontage: Pontage,
    private readonly upstream: Upstream,
    private readonly resource: string,
  ) {}

  /** One action; the answer may be a problem, or no answer at all. */
  async act(): Promise<Acted> {
    const id = randomUUID();
    const begun = performance.now();
    try {
      const response = await this.pontage.fetch(`/api/v1/resources/${this.resource}/query`, {
        method: 'POST',
        json: { method: 'POST', path: '/echo', urlParams: [['id', id]] },
        headers: { 'x-request-id': id },
        signal: AbortSignal.timeout(30_000),
      });
      const { code } = (await response.json()) as { code?: string };
      const retryAfter = response.headers.get('retry-after');
      return { id, status: response.status, code, retryAfter, ms: performance.now() - begun };
    } catch {
      return { id, status: 0, code: undefined, retryAfter: null, ms: performance.now() - begun };
    }
  }

  /** The accounts of these actions, once the record has heard of all that was done. */
  async accountsOf(acted: readonly Acted[]): Promise<Reconciliation> {
    const ours = new Set(acted.map(({ id }) => id));
    const acknowledged = acted.filter(({ status }) => status === 200).map(({ id }) => id);
    const effected = this.upstream.requests
      .map(({ target }) => new URLSearchParams(target.split('?')[1]).get('id') ?? '')
      .filter((id) => ours.has(id));
    for (const deadline = Date.now() + Effects.recordedWithinMs; ; await sleep(250)) {
      const result = reconcile({
        acknowledged,
        recorded: (await this.recordedIds()).filter((id) => ours.has(id)),
        effected,
      });
      if (result.unrecorded.length === 0 || Date.now() > deadline) return result;
    }
  }

  /** The request ids of everything that the record says was sent, whatever became of it. */
  private async recordedIds(): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const response: Response = await this.pontage.fetch(
        `/api/v1/audit-events?action=query.ran&limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      if (!response.ok) throw new Error(await response.text());
      const page = (await response.json()) as { data: { requestId: string }[]; nextCursor: string | null };
      ids.push(...page.data.map(({ requestId }) => requestId));
      cursor = page.nextCursor;
    }
    return ids;
  }
}
