import { hasGrantPerCaller } from '@pontage/auth-methods';
import { serves } from '@pontage/bus';
import { callerName, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { listGrantEvents, type GrantEvent } from '@pontage/contracts/auth-broker';
import { decodeCursor, pageOf, UnitOfWork } from '@pontage/persistence';
import { z } from 'zod';
import { OpenedCredentials } from '../credential/opened-credentials.js';

const place = z.tuple([z.string().regex(/^\d{1,19}$/)]);

type Row = Omit<GrantEvent, 'at' | 'expiresAt'> & { seq: string; at: Date; expiresAt: Date | null };

/** Lists what happened to the grant of a caller, the newest first. */
@serves(listGrantEvents)
export class ListGrantEvents {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: OpenedCredentials,
  ) {}

  async handle(request: ParsedRequestOf<typeof listGrantEvents>, call: Call): Promise<ReplyOf<typeof listGrantEvents>> {
    const { resourceId, environment, caller, limit, cursor } = request;
    const { method, credential } = await this.credentials.find(request, call);
    const whose = hasGrantPerCaller(method, credential.settings) ? callerName(caller) : '';
    const before = decodeCursor(cursor, place)?.[0] ?? null;
    const rows = await this.unitOfWork.run(call.org, ({ manager }) =>
      manager.query<Row[]>(
        `SELECT seq, at, event, version, trigger, detail, expires_at AS "expiresAt" FROM grant_event
          WHERE org = $1 AND resource_id = $2 AND environment = $3 AND caller = $4 AND ($5::bigint IS NULL OR seq < $5)
          ORDER BY seq DESC LIMIT $6`,
        [call.org, resourceId, environment, whose, before, limit + 1],
      ),
    );
    return pageOf(rows, limit, ({ seq }) => [seq], shown);
  }
}

const shown = ({ at, event, version, trigger, detail, expiresAt }: Row): GrantEvent => ({
  at: at.toISOString(),
  event,
  version,
  trigger,
  detail,
  expiresAt: expiresAt?.toISOString() ?? null,
});
