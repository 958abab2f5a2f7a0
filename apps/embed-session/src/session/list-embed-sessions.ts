import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listEmbedSessions } from '@pontage/contracts/embed-session';
import { decodeCursor, pageOf, UnitOfWork } from '@pontage/persistence';
import { z } from 'zod';
import { groupsWithin } from './groups-within.js';
import { selectSessions, shown } from './session-table.js';

const place = z.tuple([z.iso.datetime(), z.uuid()]);

/** Lists the sessions that the caller may know of, newest first, those that have ended too. */
@serves(listEmbedSessions)
export class ListEmbedSessions {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async handle(
    request: ParsedRequestOf<typeof listEmbedSessions>,
    { org, principal }: Call,
  ): Promise<ReplyOf<typeof listEmbedSessions>> {
    const { limit, cursor, externalIdentifier = null, app = null } = request;
    const after = decodeCursor(cursor, place);
    // No session has a NUL in its user's name, and PostgreSQL would not even look for one.
    if (externalIdentifier?.includes('\0') === true) return { data: [], nextCursor: null };
    const filter = { externalIdentifier, app, groupIds: groupsWithin(principal), after };
    const rows = await this.unitOfWork.run(org, (work) => selectSessions(work, filter, limit + 1));
    return pageOf(rows, limit, (row) => [row.place, row.id], shown);
  }
}
