import type { Bus } from '@pontage/bus';
import type { Call, RequestOf } from '@pontage/contracts';
import { leaseCredential, type Lease } from '@pontage/contracts/auth-broker';
import { liveSecrets, secretTexts } from '@pontage/telemetry';

/** Which lease: of what, for where. A changed secret is another credential, so it takes effect at once. */
export interface LeaseKey {
  readonly credentialId: string;
  readonly resourceId: string;
  readonly region: string;
  readonly environment: string;
}

/** A query may run so long on a lease that has just ended. */
const shortestNoteMs = 120_000;

interface Kept {
  readonly lease: Lease;
  /** On this process's own monotonic clock. */
  readonly until: number;
}

/** Leases on credentials, kept as long as the broker said; many askers at once make one question. */
export class LeaseCache {
  private readonly kept = new Map<string, Kept>();
  private readonly asking = new Map<string, Promise<Lease>>();

  constructor(private readonly bus: Bus) {}

  /** The lease when it is here and good. */
  cached(key: LeaseKey): Lease | undefined {
    const kept = this.kept.get(leaseName(key));
    return kept !== undefined && kept.until > performance.now() ? kept.lease : undefined;
  }

  /**
   * A good lease, from here or from the broker.
   * @throws Problem the broker's; `lease-unavailable` when it cannot be reached.
   */
  async get(key: LeaseKey, call: Call): Promise<Lease> {
    return this.cached(key) ?? this.ask(key, call, undefined);
  }

  /**
   * What is there already: a lease, from here or from the broker, for which nothing is acquired. One that lacks its grant
   * says so.
   * @throws Problem the broker's; `lease-unavailable` when it cannot be reached.
   */
  async held(key: LeaseKey, call: Call): Promise<Lease> {
    return this.cached(key) ?? this.request({ ...key, acquire: false }, call);
  }

  /** A lease on another grant than the one that the upstream has just refused. */
  async renewed(key: LeaseKey, call: Call, refusedGrantVersion: number): Promise<Lease> {
    const cached = this.cached(key);
    if (cached?.grant !== undefined && cached.grant !== null && cached.grant.version > refusedGrantVersion)
      return cached;
    return this.ask(key, call, refusedGrantVersion);
  }

  private ask(key: LeaseKey, call: Call, refusedGrantVersion: number | undefined): Promise<Lease> {
    const name = `${leaseName(key)}/${refusedGrantVersion ?? ''}`;
    const asked = this.asking.get(name);
    if (asked !== undefined) return asked;
    const asking = this.fetch(key, call, refusedGrantVersion).finally(() => this.asking.delete(name));
    this.asking.set(name, asking);
    return asking;
  }

  private async fetch(key: LeaseKey, call: Call, refusedGrantVersion: number | undefined): Promise<Lease> {
    const refused = refusedGrantVersion === undefined ? {} : { refusedGrantVersion };
    const lease = await this.request({ ...key, ...refused }, call);
    this.sweep();
    this.kept.set(leaseName(key), { lease, until: performance.now() + lease.validForMs });
    return lease;
  }

  private async request(asked: RequestOf<typeof leaseCredential>, call: Call): Promise<Lease> {
    const lease = await this.bus.request(leaseCredential, asked, call);
    const secrets = [...secretTexts(lease.secrets), ...secretTexts(lease.grant?.value)];
    liveSecrets.note(call.org, secrets, Math.max(lease.validForMs, shortestNoteMs));
    return lease;
  }

  /** Secrets do not stay in memory longer than they are good for. */
  private sweep(): void {
    const now = performance.now();
    for (const [name, { until }] of this.kept) if (until <= now) this.kept.delete(name);
  }
}

/** A lease's name: another credential, region or environment has another one. */
export const leaseName = ({ credentialId, region, environment }: LeaseKey): string =>
  `${credentialId}/${region}/${environment}`;
