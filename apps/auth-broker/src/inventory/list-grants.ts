import { serves } from '@pontage/bus';
import {
  holdsScope,
  requireWholeOrganisation,
  type Call,
  type Caller,
  type ParsedRequestOf,
  type ReplyOf,
} from '@pontage/contracts';
import { listGrants } from '@pontage/contracts/auth-broker';
import { decodeCursor, pageOf, UnitOfWork } from '@pontage/persistence';
import { missingScope } from '@pontage/problems';
import { z } from 'zod';

type View = ReplyOf<typeof listGrants>['data'][number];
interface Row {
  readonly id: string;
  readonly place: string;
  readonly resourceId: string;
  readonly environment: string;
  readonly owner: Caller | null;
  readonly expiresAt: Date | null;
  readonly issuedAt: Date | null;
  readonly acquiredAt: Date | null;
  readonly usedAt: Date | null;
  readonly isOver: boolean;
  readonly isRefreshable: boolean;
  readonly verified: boolean | null;
  readonly problem: { readonly slug: string } | null;
}

const place = z.tuple([z.string().regex(/^(infinity|\d{4}-[-0-9T:. +]+)$/), z.uuid()]);

/** Lists the grants of the organisation: what ends first comes first, and what never ends comes last. */
@serves(listGrants)
export class ListGrants {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async handle(
    { limit, cursor, expiresBefore, resourceId }: ParsedRequestOf<typeof listGrants>,
    call: Call,
  ): Promise<ReplyOf<typeof listGrants>> {
    if (!holdsScope(call.principal, 'admin')) throw missingScope({ scope: 'admin' });
    requireWholeOrganisation(call.principal, 'Grants are');
    const from = decodeCursor(cursor, place);
    const rows = await this.unitOfWork.run(call.org, ({ manager }) =>
      manager.query<Row[]>(
        `SELECT held.id, coalesce(expires_at, 'infinity')::text AS place, resource_id AS "resourceId", environment, owner, expires_at AS "expiresAt",
                issued_at AS "issuedAt", acquired_at AS "acquiredAt", used_at AS "usedAt", coalesce(expires_at <= clock_timestamp(), false) AS "isOver",
                is_refreshable AS "isRefreshable", verified, problem
           FROM issued_grant AS held JOIN credential ON credential.id = credential_id
          WHERE held.sealed IS NOT NULL AND ($1::timestamptz IS NULL OR expires_at < $1) AND ($2::uuid IS NULL OR resource_id = $2)
            AND ($3::timestamptz IS NULL OR (coalesce(expires_at, 'infinity'), held.id) > ($3, $4::uuid))
          ORDER BY coalesce(expires_at, 'infinity'), held.id LIMIT $5`,
        [expiresBefore ?? null, resourceId ?? null, from?.[0] ?? null, from?.[1] ?? null, limit + 1],
      ),
    );
    return pageOf(rows, limit, (row) => [row.place, row.id], shown);
  }
}

function shown(row: Row): View {
  const time = (at: Date | null): string | null => at?.toISOString() ?? null;
  const { id, resourceId, environment, owner, isRefreshable, issuedAt, acquiredAt } = row;
  const hasBeenRefreshed = issuedAt !== null && acquiredAt !== null && acquiredAt.getTime() !== issuedAt.getTime();
  return {
    id,
    resourceId,
    environment,
    caller: owner,
    state: row.verified === false ? 'unauthorized' : row.isOver ? 'expired' : 'authorized',
    expiresAt: time(row.expiresAt),
    issuedAt: time(issuedAt),
    lastRefreshAt: hasBeenRefreshed ? time(acquiredAt) : null,
    lastUsedAt: time(row.usedAt),
    refreshable: isRefreshable,
    failing: row.problem?.slug ?? null,
  };
}
