import type { Bus } from '@pontage/bus';
import { callerName, type Call, type Caller, type RequestOf } from '@pontage/contracts';
import { leaseCredential, type Lease } from '@pontage/contracts/auth-broker';
import type { config, grants } from '@pontage/contracts/snapshots';
import { grantSnapshotKey, type SnapshotWatch } from '@pontage/snapshots';
import { noteLease } from './note-lent.js';

/** Which lease: of what, for where, and who asks. A changed secret is another credential, so it takes effect at once. */
export interface LeaseKey {
  readonly credentialId: string;
  readonly resourceId: string;
  readonly region: string;
  readonly environment: string;
  readonly caller: Caller;
}

interface Kept {
  readonly org: string;
  readonly lease: Lease;
  /** On this process's own monotonic clock. */
  readonly until: number;
  /** Where its grant is in the bucket of those that people have agreed to. */
  readonly grantKey: string;
}

/** What leases depend on that others change. */
interface Changes {
  readonly config: Pick<SnapshotWatch<typeof config>, 'versionOf'>;
  readonly grants: Pick<SnapshotWatch<typeof grants>, 'versionOf'>;
}

/** A lease as it came, and whose question it answers. */
interface Answer {
  readonly lease: Lease;
  readonly asker: string;
}

/** Credentials that are known to serve everybody, beyond which they are learnt anew. */
const maxKnown = 10_000;
const sweepEveryMs = 1_000;

/**
 * Leases on credentials, kept as long as the broker said; many askers at once make one question. The broker says whether a
 * lease serves everybody or only who asked, and that decides under which name it is kept.
 */
export class LeaseCache {
  private readonly kept = new Map<string, Kept>();
  private readonly asking = new Map<string, Promise<Answer>>();
  /** Credentials whose leases serve everybody: of those all callers ask one question together. */
  private readonly shared = new Set<string>();
  private sweptAt = 0;

  constructor(
    private readonly bus: Bus,
    private readonly changes: Changes,
  ) {}

  /** The lease when it is here and good: everybody's, or this caller's own. */
  cached(key: LeaseKey): Lease | undefined {
    return this.good(leaseName(key, 'everyone'), key) ?? this.good(leaseName(key, 'caller'), key);
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

  /** No variable that its grant was acquired with has changed since, and nobody has signed in anew or disconnected. */
  private isCurrent({ org, lease, grantKey }: Kept, { environment }: LeaseKey): boolean {
    const { variables = [], grant } = lease;
    const { config: known, grants: agreed } = this.changes;
    if (grant !== null && (agreed.versionOf(grantKey) ?? 0) > grant.version) return false;
    return variables.every(({ name, version }) => (known.versionOf(`${org}.${environment}.${name}`) ?? 0) <= version);
  }

  private good(name: string, key: LeaseKey): Lease | undefined {
    const kept = this.kept.get(name);
    if (kept === undefined || kept.until <= performance.now()) return undefined;
    return this.isCurrent(kept, key) ? kept.lease : undefined;
  }

  private async ask(key: LeaseKey, call: Call, refusedGrantVersion: number | undefined): Promise<Lease> {
    const together = this.shared.has(key.credentialId) ? 'everyone' : 'caller';
    const name = `${leaseName(key, together)}/${refusedGrantVersion ?? ''}`;
    const asking = this.asking.get(name) ?? this.fetch(key, call, refusedGrantVersion);
    if (!this.asking.has(name)) {
      this.asking.set(name, asking);
      void asking.catch(() => undefined).finally(() => this.asking.delete(name));
    }
    const { lease, asker } = await asking;
    // Whatever was known of this credential: a lease of one caller is never another's.
    if (lease.serves === 'caller' && asker !== callerName(key.caller)) return this.ask(key, call, refusedGrantVersion);
    return lease;
  }

  private async fetch(key: LeaseKey, call: Call, refusedGrantVersion: number | undefined): Promise<Answer> {
    const refused = refusedGrantVersion === undefined ? {} : { refusedGrantVersion };
    const lease = await this.request({ ...key, ...refused }, call);
    this.learn(key, lease);
    this.sweep();
    const until = performance.now() + lease.validForMs;
    this.kept.set(leaseName(key, lease.serves), {
      org: call.org,
      lease,
      until,
      grantKey: grantKeyOf(call.org, key, lease),
    });
    return { lease, asker: callerName(key.caller) };
  }

  private learn({ credentialId }: LeaseKey, { serves }: Lease): void {
    if (serves === 'caller') this.shared.delete(credentialId);
    else if (this.shared.size < maxKnown) this.shared.add(credentialId);
    else this.shared.clear();
  }

  private async request(asked: RequestOf<typeof leaseCredential>, call: Call): Promise<Lease> {
    const lease = await this.bus.request(leaseCredential, asked, call);
    noteLease(call.org, lease);
    return lease;
  }

  /** Secrets do not stay in memory longer than they are good for. */
  private sweep(): void {
    const now = performance.now();
    if (now - this.sweptAt < sweepEveryMs) return;
    this.sweptAt = now;
    for (const [name, { until }] of this.kept) if (until <= now) this.kept.delete(name);
  }
}

/** A lease's name: another credential, region or environment has another one, and another caller where it is theirs. */
export function leaseName(key: LeaseKey, serves: Lease['serves']): string {
  const { credentialId, region, environment, caller } = key;
  const everyones = `${credentialId}/${region}/${environment}`;
  return serves === 'everyone' ? everyones : `${everyones}/${callerName(caller)}`;
}

function grantKeyOf(org: string, { credentialId, environment, caller }: LeaseKey, { serves }: Lease): string {
  return grantSnapshotKey({ org, credentialId, environment, caller: serves === 'everyone' ? '' : callerName(caller) });
}
