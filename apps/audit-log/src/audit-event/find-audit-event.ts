import { serves } from '@pontage/bus';
import { requireWholeOrganisation, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { findAuditEvent } from '@pontage/contracts/audit-log';
import { UnitOfWork } from '@pontage/persistence';
import { notFound } from '@pontage/problems';
import { eventOf } from '../record/event-columns.js';
import { selectEvents } from '../record/event-table.js';
import { StreamPosition } from '../stream/stream-position.js';

/** Answers with one event of the caller's organisation. */
@serves(findAuditEvent)
export class FindAuditEvent {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly position: StreamPosition,
  ) {}

  async handle(
    { id }: ParsedRequestOf<typeof findAuditEvent>,
    { org, principal }: Call,
  ): Promise<ReplyOf<typeof findAuditEvent>> {
    requireWholeOrganisation(principal, 'The record is');
    await this.position.caughtUp(org);
    const [row] = await this.unitOfWork.run(org, (work) =>
      selectEvents(work, [{ sql: 'id = ?', values: [id] }], 'desc', 1),
    );
    if (row === undefined) throw notFound({});
    return eventOf(row);
  }
}
