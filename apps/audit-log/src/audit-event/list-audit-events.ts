import { serves } from '@pontage/bus';
import { requireWholeOrganisation, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { listAuditEvents } from '@pontage/contracts/audit-log';
import { decodeCursor, encodeCursor, UnitOfWork } from '@pontage/persistence';
import { z } from 'zod';
import { eventOf, type EventColumns } from '../record/event-columns.js';
import { selectEvents, type Condition } from '../record/event-table.js';
import { StreamPosition } from '../stream/stream-position.js';
import { conditionsOf } from './event-filter.js';

/** What the events of one page may come to, so that the answer fits into a message of the bus. */
const pageBytes = 384 * 1024;

const place = z.tuple([z.enum(['asc', 'desc']), z.int().positive()]);

/** Answers with a page of the caller's organisation's events. */
@serves(listAuditEvents)
export class ListAuditEvents {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly position: StreamPosition,
  ) {}

  async handle(
    request: ParsedRequestOf<typeof listAuditEvents>,
    { org, principal }: Call,
  ): Promise<ReplyOf<typeof listAuditEvents>> {
    requireWholeOrganisation(principal, 'The record is');
    const { limit, cursor, order: wanted, ...filter } = request;
    const [order, seq] = decodeCursor(cursor, place) ?? [wanted, undefined];
    // Later pages are behind what the first one waited for.
    if (seq === undefined) await this.position.caughtUp(org);
    const after: Condition[] =
      seq === undefined ? [] : [{ sql: order === 'asc' ? 'event.seq > ?' : 'event.seq < ?', values: [seq] }];
    const rows = await this.unitOfWork.run(org, (work) =>
      selectEvents(work, [...conditionsOf(filter), ...after], order, limit + 1),
    );
    const shown = rows.slice(0, fitting(rows.slice(0, limit)));
    const last = shown.at(-1);
    return {
      data: shown.map(eventOf),
      nextCursor: last === undefined || shown.length === rows.length ? null : encodeCursor([order, Number(last.seq)]),
    };
  }
}

/** How many of the rows fit into one answer; always the first. */
function fitting(rows: readonly EventColumns[]): number {
  let bytes = 0;
  const tooMuch = rows.findIndex(({ body }) => (bytes += Buffer.byteLength(body)) > pageBytes);
  return tooMuch === -1 ? rows.length : Math.max(1, tooMuch);
}
