import { isSameRow, type EventColumns } from '../record/event-columns.js';

/** So many rows of one organisation are remembered: a few checkpoints' worth. What is more is verified as any other row. */
const mostRows = 5_000;

/**
 * The rows that this process has written, and no checkpoint covers yet. It has hashed each of them itself: of one that reads
 * as it was written, the hash need not be made again.
 */
export class WrittenRows {
  private readonly byOrganisation = new Map<string, Map<number, EventColumns>>();

  /** Remembers rows that have been committed. */
  add(org: string, rows: readonly EventColumns[]): void {
    const written = this.byOrganisation.get(org) ?? new Map<number, EventColumns>();
    this.byOrganisation.set(org, written);
    for (const row of rows) if (written.size < mostRows) written.set(Number(row.seq), row);
  }

  /** True when the row is one of them, to the letter of every column. */
  has(org: string, row: EventColumns): boolean {
    const written = this.byOrganisation.get(org)?.get(Number(row.seq));
    return written !== undefined && isSameRow(written, row);
  }

  /** Forgets those up to this place. */
  forget(org: string, seq: number): void {
    const written = this.byOrganisation.get(org);
    if (written === undefined) return;
    for (const place of written.keys()) if (place <= seq) written.delete(place);
    if (written.size === 0) this.byOrganisation.delete(org);
  }
}
