import { randomUUID } from 'node:crypto';
import { auditDraft, type AuditDraft } from '@pontage/contracts/events';
import type { Bucket, SnapshotEntry, ValueOf } from '@pontage/contracts/snapshots';
import { unavailable } from '@pontage/problems';
import { outboundScan } from '@pontage/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { Outbox, type Announcement, type EventSink, type SnapshotSink } from './outbox.js';
import { inTransaction } from './transaction.js';

/** An audit event without what every one of them has: id and time are filled in. */
export type AuditEntry = Omit<AuditDraft, 'id' | 'at'> & Partial<Pick<AuditDraft, 'id' | 'at'>>;

/** One transaction of one organisation, and what it will tell others when it has been committed. */
export interface Work {
  /** Sees and writes this organisation's rows, and no others: row-level security sees to it. */
  readonly manager: EntityManager;
  readonly org: string;
  /** Says what happened; it is told if, and only if, the transaction commits. */
  audit(entry: AuditEntry): void;
  /** Puts a value (null: a tombstone) into a bucket that this service owns, when the transaction has been committed. */
  snapshot<B extends Bucket>(bucket: B, key: string, entry: SnapshotEntry<ValueOf<B>>): void;
}

/** How long the caller of a write waits for its acknowledgements; the relay goes on after that. */
const flushMs = 2_000;

/** The only way to rows: one transaction, one organisation, and an outbox that tells what was committed. */
export class UnitOfWork {
  /** What transactions have to tell, for {@link OutboxRelay}. */
  readonly outbox: Outbox;

  constructor(
    private readonly dataSource: DataSource,
    events: EventSink,
    snapshots: SnapshotSink,
  ) {
    this.outbox = new Outbox(dataSource, events, snapshots);
  }

  /**
   * Runs `fn` in a transaction of one organisation. Returns when it is committed and everything that it announced has
   * been acknowledged, in the order of the organisation's commits.
   * @throws Problem `unavailable` when the database cannot be reached, or when the change is stored but not yet acknowledged
   */
  async run<T>(org: string, fn: (work: Work) => Promise<T>): Promise<T> {
    const announcements: Announcement[] = [];
    const result = await inTransaction(this.dataSource, org, async (runner) => {
      const value = await fn(workOf(org, runner.manager, announcements));
      if (announcements.length > 0) await this.outbox.write(runner, org, announcements);
      return value;
    });
    if (announcements.length > 0) await this.announce(org);
    return result;
  }

  /**
   * Runs `fn` while nobody announces anything of this organisation: nothing that others hold can be newer than the rows
   * that `fn` reads, so the two can be compared. What `fn` changes is not announced.
   */
  reconcile<T>(org: string, fn: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.outbox.quietly(org, (runner) => fn(runner.manager));
  }

  /**
   * Ids from a lookup function, which sees across organisations and returns nothing but ids
   * ({@link organisationsFunction}).
   */
  async ids(lookup: string, ...given: readonly string[]): Promise<string[]> {
    if (!/^[a-z_]+$/.test(lookup)) throw new TypeError(`${lookup} is no lookup function`);
    return inTransaction(this.dataSource, null, async (runner) => {
      const places = given.map((_, index) => `$${index + 1}`).join(', ');
      const rows = (await runner.query(`SELECT ${lookup}(${places}) AS id`, [...given])) as { id: string }[];
      return rows.map(({ id }) => id);
    });
  }

  /**
   * Returns when everything that this organisation's transactions announced has been acknowledged: also what an earlier
   * transaction, or an earlier process, stored and could not tell.
   * @throws Problem `unavailable` when it takes longer than a caller waits
   */
  async announce(org: string): Promise<void> {
    try {
      await this.outbox.flush(org, Date.now() + flushMs);
    } catch (cause) {
      throw unavailable(
        {},
        {
          cause,
          detail: 'The change is stored, but not everybody has heard of it yet.',
          note: 'the outbox was not flushed',
        },
      );
    }
  }

  /** Closes the pool. */
  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}

function workOf(org: string, manager: EntityManager, announcements: Announcement[]): Work {
  return {
    manager,
    org,
    audit: (entry) => {
      if (entry.org !== org) throw new Error(`an event of organisation ${entry.org} in a transaction of ${org}`);
      const draft = auditDraft.parse({ id: randomUUID(), at: new Date().toISOString(), ...entry });
      // It lies in the outbox, in clear, before it reaches the bus.
      announcements.push({ kind: 'event', draft: outboundScan.event(draft) });
    },
    snapshot: (bucket, key, entry) => {
      announcements.push({ kind: 'snapshot', bucket: bucket.name, key, entry });
    },
  };
}
