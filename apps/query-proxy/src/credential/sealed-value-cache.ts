import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { leaseSecrets } from '@pontage/contracts/auth-broker';
import { liveSecrets } from '@pontage/telemetry';

/** The sealed values of a resource in clear, by their names. */
export type SealedTexts = Readonly<Record<string, string>>;

interface Kept {
  readonly values: SealedTexts;
  /** On this process's own monotonic clock. */
  readonly until: number;
}

/** Sealed values of resources, kept as long as the broker said; many askers at once make one question. */
export class SealedValueCache {
  private readonly kept = new Map<string, Kept>();
  private readonly asking = new Map<string, Promise<SealedTexts>>();

  constructor(private readonly bus: Bus) {}

  /**
   * The values of this record, from here or from the broker. Changed values are another record.
   * @throws Problem the broker's; `lease-unavailable` when it cannot be reached.
   */
  async get(secretsId: string, resourceId: string, call: Call): Promise<SealedTexts> {
    const kept = this.kept.get(secretsId);
    if (kept !== undefined && kept.until > performance.now()) return kept.values;
    const asked = this.asking.get(secretsId);
    if (asked !== undefined) return asked;
    const asking = this.fetch(secretsId, resourceId, call).finally(() => this.asking.delete(secretsId));
    this.asking.set(secretsId, asking);
    return asking;
  }

  private async fetch(secretsId: string, resourceId: string, call: Call): Promise<SealedTexts> {
    const { values, validForMs } = await this.bus.request(leaseSecrets, { secretsId, resourceId }, call);
    liveSecrets.note(call.org, Object.values(values), validForMs);
    const now = performance.now();
    // Secrets do not stay in memory longer than they are good for.
    for (const [id, { until }] of this.kept) if (until <= now) this.kept.delete(id);
    this.kept.set(secretsId, { values, until: now + validForMs });
    return values;
  }
}
