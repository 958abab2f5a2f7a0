import type { Lease } from '@pontage/contracts/auth-broker';
import { credentialRejected, isProblem } from '@pontage/problems';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import type { LeaseKey } from '../credential/lease-cache.js';
import { lendDraft } from '../credential/lend-draft.js';
import type { Attempt, Standing } from './attempt.js';
import { callOf } from './call-of.js';
import type { Rooms } from './rooms.js';

/** A lease to begin with. */
export interface Lent {
  readonly key: LeaseKey;
  readonly lease: Lease;
  /** Undefined: the credential is not being rotated. */
  readonly standing?: Standing;
}

/** The leases of one run. */
export class Lending {
  constructor(
    private readonly rooms: Pick<Rooms, 'bus' | 'leases' | 'rotations'>,
    private readonly run: RunQuery,
  ) {}

  /** The lease to begin with: at once when it is here. */
  first(key: LeaseKey): Lent | Promise<Lent> {
    const { bus, leases, rotations } = this.rooms;
    const { run } = this;
    if (run.call.kind === 'unsaved' || run.test?.draftId !== undefined)
      return lendDraft(bus, key, callOf(run)).then((lease) => ({ key, lease }));
    const rotation = rotations.of(run.org, key.credentialId);
    if (rotation === undefined) {
      const cached = leases.cached(key);
      return cached === undefined
        ? leases.get(key, callOf(run)).then((lease) => this.alone(key, lease))
        : this.alone(key, cached);
    }
    const other = { ...key, credentialId: key.credentialId === rotation.newId ? rotation.previousId : rotation.newId };
    const standing = { rotation, wasRefused: false };
    // Of a resource that names the previous one nothing has been installed, or it has been rolled back.
    const isOther = key.credentialId === rotation.newId && rotation.prefers === 'previous';
    const [wanted, spare] = isOther ? [other, key] : [key, other];
    const lentAs = (of: LeaseKey, lease: Lease): Lent => ({
      key: of,
      lease,
      standing: { ...standing, other: of === wanted ? spare : wanted },
    });
    const cached = leases.cached(wanted);
    const held = leases.cached(spare);
    if (cached !== undefined) {
      // A refusal is answered with what is here: a worker does not keep it for long.
      if (held === undefined && !rotations.hasFailed(spare.credentialId)) void this.ask(spare, standing);
      return lentAs(wanted, cached);
    }
    if (held === undefined) return this.either(wanted, spare, lentAs);
    // Nobody waits for the new one, or fails because it cannot be had: what is here is good.
    if (!rotations.hasFailed(wanted.credentialId)) void this.ask(wanted, standing);
    return lentAs(spare, held);
  }

  /** A lease on a credential of whose rotation nothing has been heard, unless by itself. */
  private alone(key: LeaseKey, lease: Lease): Lent {
    const rotation = this.rooms.rotations.toldBy(this.run.org, key.credentialId, lease);
    if (rotation === undefined) return { key, lease };
    const other = { ...key, credentialId: rotation.previousId };
    return { key, lease, standing: { rotation, other, wasRefused: false } };
  }

  /** The lease on the other credential of a rotation; undefined when there is none to be had. */
  async other(key: LeaseKey): Promise<Lease | undefined> {
    return this.rooms.leases.get(key, callOf(this.run)).catch(() => undefined);
  }

  /** One with a newer grant, when the upstream has refused this one. */
  async renewed(key: LeaseKey, { lease, ready, renewed }: Attempt, status: number): Promise<Lease | undefined> {
    const refused = lease?.grant?.version;
    if (refused === undefined || renewed) return undefined;
    // Another grant of the same draft would be refused as well.
    if (this.run.call.kind === 'unsaved' || this.run.test?.draftId !== undefined) return undefined;
    if (ready?.method.retryOn.includes(status) !== true) return undefined;
    try {
      const newer = await this.rooms.leases.renewed(key, callOf(this.run), refused);
      return newer.grant === null || newer.grant.version <= refused ? undefined : newer;
    } catch {
      // Without a newer grant the upstream's own 401 says more than a problem of ours would.
      return undefined;
    }
  }

  private async either(wanted: LeaseKey, spare: LeaseKey, lentAs: (of: LeaseKey, lease: Lease) => Lent): Promise<Lent> {
    const { leases } = this.rooms;
    const standsIn = this.other(spare);
    try {
      const lease = await leases.get(wanted, callOf(this.run));
      await standsIn;
      return lentAs(wanted, lease);
    } catch (error) {
      const lease = await standsIn;
      if (lease === undefined) throw error;
      return lentAs(spare, lease);
    }
  }

  private async ask(key: LeaseKey, { rotation }: Pick<Standing, 'rotation'>): Promise<void> {
    const { leases, rotations } = this.rooms;
    try {
      await leases.get(key, callOf(this.run));
    } catch (error) {
      rotations.failed(key.credentialId);
      // A token endpoint has refused the new secret, and the token of the one before is still good.
      if (isProblem(error, credentialRejected) && key.credentialId === rotation.newId)
        rotations.note(this.run.org, rotation, 'refused');
    }
  }
}
