import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { leaseSecrets } from '@pontage/contracts/auth-broker';
import { LentValues, type Lent } from './lent-values.js';
import { noteLent } from './note-lent.js';

/** The sealed values of a resource in clear, by their names. */
export type SealedTexts = Readonly<Record<string, string>>;

/** Sealed values of resources that the broker has lent. */
export class SealedValueCache {
  private readonly lent = new LentValues<SealedTexts>();

  constructor(private readonly bus: Bus) {}

  /**
   * The values of this record, from here or from the broker. Changed values are another record.
   * @throws Problem the broker's; `lease-unavailable` when it cannot be reached.
   */
  async get(secretsId: string, resourceId: string, call: Call): Promise<SealedTexts> {
    return this.lent.cached(secretsId) ?? this.lent.ask(secretsId, () => this.fetch(secretsId, resourceId, call));
  }

  private async fetch(secretsId: string, resourceId: string, call: Call): Promise<Lent<SealedTexts>> {
    const { values, validForMs } = await this.bus.request(leaseSecrets, { secretsId, resourceId }, call);
    noteLent(call.org, Object.values(values), validForMs);
    return { value: values, validForMs };
  }
}
