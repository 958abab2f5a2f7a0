import { groupsOf, holdsScope, type Call } from '@pontage/contracts';
import type { members } from '@pontage/contracts/snapshots';
import type { UnitOfWork } from '@pontage/persistence';
import { isProblem, lastAdmin, unavailable } from '@pontage/problems';
import type { SnapshotWriter } from '@pontage/snapshots';
import type { MemberStore } from './member-store.js';
import { keyOf } from './member-store.postgres.js';
import { refuseHigher } from './member.js';

const waitMs = 2_000;

/** Who is to be kept out, and of which version. */
interface Excluded {
  readonly id: string;
  readonly ifVersion?: number | undefined;
}

/**
 * Keeps members out who are disabled or removed: every gateway is told first, and it is stored second, so that it takes
 * effect in milliseconds and also while the database is down. One who was kept out wrongly is let in again.
 */
export class Exclusions {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly store: MemberStore,
    private readonly writer: SnapshotWriter<typeof members>,
  ) {}

  /**
   * Keeps a member out, and stores it by `work`.
   * @throws Problem what `work` refuses with; `unavailable` when it could not be stored: he is kept out all the same
   */
  async around<T>(call: Call, who: Excluded, work: () => Promise<T>): Promise<T> {
    const isOut = await this.keepOut(call, who);
    try {
      return await work();
    } catch (error) {
      if (!isOut || !isProblem(error)) throw error;
      if (isProblem(error, unavailable))
        throw unavailable(
          {},
          { cause: error, detail: 'Every gateway refuses this member now, but it is not stored yet: ask again.' },
        );
      await this.letIn(call.org, who.id);
      throw error;
    }
  }

  /** The version that comes after everything that anybody was told of a member. */
  versionAfter(org: string, { id, version }: { readonly id: string; readonly version: number }): number {
    return Math.max(version, this.writer.watch.versionOf(keyOf(org, id)) ?? 0) + 1;
  }

  /** The version of a change that leaves it as it is whether he is let in: one who is kept out stays so. */
  nextVersion(org: string, member: { readonly id: string; readonly version: number }): number {
    return this.isTold(org, member) ? member.version + 1 : member.version;
  }

  /** True unless the gateways were told something of a member that is not stored. */
  isTold(org: string, { id, version }: { readonly id: string; readonly version: number }): boolean {
    return (this.writer.watch.versionOf(keyOf(org, id)) ?? 0) <= version;
  }

  /**
   * True when the gateways knew him and do no longer. What only the database knows is decided where it is stored, and so is
   * what whoever may not do this asks for.
   */
  private async keepOut({ org, principal }: Call, { id, ifVersion }: Excluded): Promise<boolean> {
    const { watch } = this.writer;
    const key = keyOf(org, id);
    const known = watch.get(key);
    if (known === undefined || !holdsScope(principal, 'members:write') || groupsOf(principal) !== null) return false;
    if (ifVersion !== undefined && ifVersion !== watch.versionOf(key)) return false;
    refuseHigher(principal, known.role);
    if (known.role === 'admin' && !this.hasOtherAdmin(org, key)) throw lastAdmin({});
    while (watch.get(key) !== undefined) {
      const version = (watch.versionOf(key) ?? 0) + 1;
      try {
        await this.writer.put(key, { version, value: null });
      } catch (cause) {
        throw unavailable({}, { cause, note: 'the members bucket did not acknowledge an exclusion' });
      }
      await watch.until(() => ((watch.versionOf(key) ?? 0) >= version ? true : undefined), waitMs);
    }
    return true;
  }

  private hasOtherAdmin(org: string, key: string): boolean {
    for (const [other, { role }] of this.writer.watch.entries())
      if (other !== key && other.startsWith(`${org}.`) && role === 'admin') return true;
    return false;
  }

  private async letIn(org: string, id: string): Promise<void> {
    await this.unitOfWork.run(org, async (work) => {
      const member = await this.store.lock(work, id);
      await this.store.update(work, { ...member, version: this.versionAfter(org, member) });
    });
  }
}
