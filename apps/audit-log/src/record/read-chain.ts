import { bodyOf, type ChainVerifier } from '@pontage/audit-chain';
import type { UnitOfWork } from '@pontage/persistence';
import { eventOf, isWhole, type EventColumns } from './event-columns.js';
import { selectEvents } from './event-table.js';

const pageSize = 1_000;

/**
 * Shows a verifier every event of an organisation behind `after`, a page at a time.
 * @param isKnown true for a row of which is known that its body gives its hash, and that it says nothing else than its body
 */
export async function readChain(
  unitOfWork: UnitOfWork,
  org: string,
  verifier: ChainVerifier,
  after = 0,
  isKnown: (row: EventColumns) => boolean = () => false,
): Promise<void> {
  let rows: EventColumns[];
  let last = String(after);
  do {
    rows = await unitOfWork.run(org, (work) =>
      selectEvents(work, [{ sql: 'event.seq > ?', values: [last] }], 'asc', pageSize),
    );
    for (const row of rows) if (!isKnown(row) || !verifier.addKnown(linkOf(row))) show(row, verifier);
    last = rows.at(-1)?.seq ?? last;
  } while (rows.length === pageSize);
}

const linkOf = ({ seq, prev_hash: prevHash, hash }: EventColumns) => ({ seq: Number(seq), prevHash, hash });

/** An event counts only when the row says nothing else than its body, and the body is canonical to the letter. */
function show(row: EventColumns, verifier: ChainVerifier): void {
  try {
    const event = eventOf(row);
    const body = bodyOf(event);
    if (isWhole(row, event, body)) return verifier.add(event, body);
  } catch {
    // A body that is no event any more.
  }
  verifier.addAltered(linkOf(row));
}
