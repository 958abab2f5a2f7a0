import { randomUUID } from 'node:crypto';
import type { Bus } from '@pontage/bus';
import { noteRotations, type Lease } from '@pontage/contracts/auth-broker';
import type { rotations } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import type { Logger } from '@pontage/telemetry';

/** Two credentials of one resource of which the upstream takes at least one. */
export interface Rotation {
  readonly newId: string;
  readonly previousId: string;
  /** The one that requests are sent with first. */
  readonly prefers: 'new' | 'previous';
}

/** What an upstream made of the new credential. */
export type Verdict = 'accepted' | 'refused';

const flushEveryMs = 1_000;
/** The most notes that go in one message; what is beyond it is not counted. */
const maxNotes = 1_000;
/** A lease that could not be had is asked for again after this. */
const askAgainMs = 1_000;

/** The rotations that have not settled, and what upstreams say of the new credentials: the broker is told that now and then. */
export class Rotations {
  private readonly ofPrevious = new Map<string, string>();
  private readonly notes = new Map<string, { accepted: number; refused: number }>();
  private readonly failedAt = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly watch: SnapshotWatch<typeof rotations>,
    private readonly logger: Logger,
  ) {
    for (const [key, { previousId }] of watch.entries()) this.ofPrevious.set(previousId, key);
    watch.onChange((key, rotation) => this.index(key, rotation?.previousId));
    this.timer = setInterval(() => this.flush(), flushEveryMs).unref();
  }

  /** The rotation that a credential is part of, as the new one or as the one before. */
  of(org: string, credentialId: string): Rotation | undefined {
    const key = `${org}.${credentialId}`;
    const found = this.at(key) ?? this.at(this.ofPrevious.get(credentialId));
    return found?.org === org ? found : undefined;
  }

  /** The rotation that a lease tells of, before its snapshot has come here. */
  toldBy(org: string, newId: string, { replaces }: Pick<Lease, 'replaces'>): Rotation | undefined {
    const isHeardOf = this.watch.versionOf(`${org}.${newId}`) !== undefined;
    return replaces === undefined || isHeardOf ? undefined : { newId, previousId: replaces, prefers: 'new' };
  }

  /** Counts what an upstream has made of the new credential. */
  note(org: string, { newId }: Rotation, verdict: Verdict): void {
    const key = `${org}.${newId}`;
    const counted = this.notes.get(key) ?? { accepted: 0, refused: 0 };
    if (this.notes.size >= maxNotes && !this.notes.has(key)) return;
    counted[verdict] += 1;
    this.notes.set(key, counted);
  }

  /** True when a lease on the credential has been asked for in vain a moment ago. */
  hasFailed(credentialId: string): boolean {
    return (this.failedAt.get(credentialId) ?? -Infinity) > performance.now() - askAgainMs;
  }

  /** Remembers that there was no lease on the credential. */
  failed(credentialId: string): void {
    if (this.failedAt.size >= maxNotes) this.failedAt.clear();
    this.failedAt.set(credentialId, performance.now());
  }

  /** Tells what is still to be told. */
  stop(): void {
    clearInterval(this.timer);
    this.flush();
    this.watch.stop();
  }

  private at(key: string | undefined): (Rotation & { org: string }) | undefined {
    const found = key === undefined ? undefined : this.watch.get(key);
    if (key === undefined || found === undefined) return undefined;
    const [org = '', newId = ''] = key.split('.');
    return { org, newId, previousId: found.previousId, prefers: found.prefers };
  }

  private index(key: string, previousId: string | undefined): void {
    for (const [previous, of] of this.ofPrevious) if (of === key) this.ofPrevious.delete(previous);
    if (previousId !== undefined) this.ofPrevious.set(previousId, key);
  }

  private flush(): void {
    if (this.notes.size === 0) return;
    const byOrganisation = new Map<string, { credentialId: string; accepted: number; refused: number }[]>();
    for (const [key, counted] of this.notes) {
      const [org = '', credentialId = ''] = key.split('.');
      byOrganisation.set(org, [...(byOrganisation.get(org) ?? []), { credentialId, ...counted }]);
    }
    this.notes.clear();
    const principal = { type: 'service', id: 'query-proxy', display: 'query-proxy' } as const;
    for (const [org, notes] of byOrganisation)
      // What is lost with a broker that is away, later queries say again.
      this.bus
        .request(noteRotations, { notes }, { org, principal, requestId: randomUUID() })
        .catch((error: unknown) =>
          this.logger.info({ err: error }, 'what upstreams say of new credentials was not noted'),
        );
  }
}
