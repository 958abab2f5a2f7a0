import type { AuditDraft } from '@pontage/contracts/events';
import type { SnapshotEntry } from '@pontage/contracts/snapshots';
import type { DataSource, QueryRunner } from 'typeorm';
import { inTransaction } from './transaction.js';

/** Where audit events go: the bus. Resolves when the stream has them. */
export interface EventSink {
  publishEvent(draft: AuditDraft): Promise<void>;
}

/** Where snapshots go: the buckets that the service owns. Resolves when the bucket has it. */
export interface SnapshotSink {
  put(bucket: string, key: string, entry: SnapshotEntry<unknown>): Promise<void>;
}

/** Something to be told to others once its transaction has been committed. */
export type Announcement =
  | { readonly kind: 'event'; readonly draft: AuditDraft }
  | {
      readonly kind: 'snapshot';
      readonly bucket: string;
      readonly key: string;
      readonly entry: SnapshotEntry<unknown>;
    };

interface Row {
  readonly id: string;
  readonly content: Announcement;
}

/** How much is taken from an organisation at once. */
const batchSize = 200;
/** Below what the bus carries in one message (1 MB), with room for its headers. */
const maxBytes = 960 * 1024;

/**
 * What transactions have to tell, kept in their own database until it is told: per organisation in the order of the
 * commits, at least once. Two locks see to the order: writers hold one from their first row to their commit, so that
 * row numbers follow commits, and whoever tells holds the other, so that two processes do not overtake each other.
 */
export class Outbox {
  constructor(
    private readonly dataSource: DataSource,
    private readonly events: EventSink,
    private readonly snapshots: SnapshotSink,
  ) {}

  /** Writes announcements as part of the caller's transaction, of which this has to be the last statement. */
  async write(runner: QueryRunner, org: string, announcements: readonly Announcement[]): Promise<void> {
    const contents = announcements.map((announcement) => JSON.stringify(announcement));
    const largest = Math.max(...contents.map((content) => Buffer.byteLength(content)));
    if (largest > maxBytes)
      throw new Error(`an announcement of ${largest} bytes does not fit into a message of the bus`);
    await this.lock(runner, 'write', org);
    await runner.query(
      `INSERT INTO outbox (org, content) SELECT $1, content FROM unnest($2::json[]) WITH ORDINALITY AS given (content, place) ORDER BY place`,
      [org, contents],
    );
  }

  /**
   * Tells everything that an organisation has to tell, in order, and waits for the acknowledgements.
   * @throws Error when one is not acknowledged before `deadline` (milliseconds, as `Date.now()` counts); it stays, with all behind it.
   */
  async flush(org: string, deadline: number): Promise<void> {
    while ((await this.flushBatch(org, deadline)) === batchSize);
  }

  private async flushBatch(org: string, deadline: number): Promise<number> {
    const { told, failure } = await inTransaction(this.dataSource, org, async (runner) => {
      await runner.query(`SELECT set_config('lock_timeout', $1, true)`, [String(Math.max(1, deadline - Date.now()))]);
      await this.lock(runner, 'tell', org);
      const rows = (await runner.query(`SELECT id, content FROM outbox ORDER BY id LIMIT ${batchSize}`)) as Row[];
      const batch = await this.tellAll(rows, deadline);
      // What was acknowledged goes, also when something behind it was not.
      if (batch.told.length > 0) await runner.query(`DELETE FROM outbox WHERE id = ANY ($1::bigint[])`, [batch.told]);
      return batch;
    });
    if (failure !== undefined) throw failure;
    return told.length;
  }

  private async tellAll(rows: readonly Row[], deadline: number): Promise<{ told: string[]; failure?: Error }> {
    const told: string[] = [];
    try {
      for (const { id, content } of rows) {
        await before(deadline, this.tell(content));
        told.push(id);
      }
      return { told };
    } catch (cause) {
      return { told, failure: new Error('an announcement was not acknowledged', { cause }) };
    }
  }

  /** Runs `fn` while nobody tells anything of this organisation. */
  quietly<T>(org: string, fn: (runner: QueryRunner) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, org, async (runner) => {
      await this.lock(runner, 'tell', org);
      return fn(runner);
    });
  }

  /** The organisations that have something to tell. */
  organisations(): Promise<string[]> {
    return inTransaction(this.dataSource, null, async (runner) => {
      const rows = (await runner.query('SELECT outbox_organisations() AS org')) as { org: string }[];
      return rows.map(({ org }) => org);
    });
  }

  private tell(content: Announcement): Promise<void> {
    if (content.kind === 'event') return this.events.publishEvent(content.draft);
    return this.snapshots.put(content.bucket, content.key, content.entry);
  }

  private async lock(runner: QueryRunner, purpose: 'write' | 'tell', org: string): Promise<void> {
    await runner.query(
      `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/outbox/' || $1 || '/' || $2, 0))`,
      [purpose, org],
    );
  }
}

/** The promise's result, unless time is up first. A bus that is reconnecting leaves promises waiting. */
async function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('not acknowledged in time')), Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
