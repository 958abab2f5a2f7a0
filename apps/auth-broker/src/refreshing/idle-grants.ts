import type { Call, Caller } from '@pontage/contracts';
import type { UnitOfWork } from '@pontage/persistence';
import { randomUUID } from 'node:crypto';
import type { Logger } from '@pontage/telemetry';
import type { OpenedCredentials } from '../credential/opened-credentials.js';
import type { GrantKeeper } from '../grant/grant-keeper.js';
import type { GrantUse, GrantWishes } from '../grant/grant-wishes.js';
import { someAtOnce } from '../some-at-once.js';
import type { Swept } from '../sweep/sweep.js';

interface Due {
  readonly credentialId: string;
  readonly resourceId: string;
  readonly environment: string;
  readonly region: string;
  readonly owner: Caller | null;
}

/** How many refreshes one process has under way at a time. */
const atOnce = 8;
/** More than that of one organisation wait for the next round, so that no other waits long. */
const perRound = 200;

/**
 * Refreshes grants ahead of their end though nobody uses them. Every broker looks; a grant is refreshed by the one whose
 * attempt takes off.
 */
export class IdleGrants {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly finding: { readonly credentials: OpenedCredentials; readonly wishes: GrantWishes },
    private readonly keeper: GrantKeeper,
    private readonly logger: Logger,
  ) {}

  /** As background work that looks once a second. */
  readonly rounds: Swept = {
    everyMs: 1_000,
    sweep: (ending) => this.refresh(ending),
    done: 'grants that nobody used were refreshed',
    failed: 'grants that nobody uses could not be looked for; trying again in a second',
  };

  private async refresh(ending: AbortSignal): Promise<number> {
    let tried = 0;
    for (const org of await this.unitOfWork.ids('due_grant_organisations')) {
      const attempt = async (due: Due): Promise<boolean> => !ending.aborted && this.attempt(org, due);
      tried += (await someAtOnce(await this.dueOf(org), atOnce, attempt)).filter(Boolean).length;
    }
    return tried;
  }

  private dueOf(org: string): Promise<Due[]> {
    return this.unitOfWork.run(org, ({ manager }) =>
      manager.query<Due[]>(
        `SELECT credential_id AS "credentialId", resource_id AS "resourceId", environment, region, owner
           FROM issued_grant JOIN credential ON credential.id = credential_id
          WHERE refresh_at <= clock_timestamp() AND region IS NOT NULL AND (flight_until IS NULL OR flight_until < clock_timestamp())
          ORDER BY refresh_at LIMIT $1`,
        [perRound],
      ),
    );
  }

  /** What fails is on record, and is due again when its pause is over. */
  private async attempt(org: string, { owner, ...due }: Due): Promise<boolean> {
    const call: Call = { org, principal: broker, requestId: randomUUID() };
    const use: GrantUse = { ...due, caller: owner ?? { kind: 'service', id: broker.id, display: broker.display } };
    try {
      const { method, credential } = await this.finding.credentials.find(use, call);
      return await this.keeper.refreshIdle(await this.finding.wishes.of(method, credential, use, call));
    } catch (error) {
      this.logger.warn(
        { err: error, credentialId: due.credentialId },
        'a grant could not be refreshed in the background',
      );
      await this.postpone(org, due);
      return false;
    }
  }

  /** A credential that cannot even be rendered is not looked at every second. */
  private async postpone(org: string, { credentialId, environment }: Omit<Due, 'owner'>): Promise<void> {
    await this.unitOfWork.run(org, ({ manager }) =>
      manager.query(
        `UPDATE issued_grant SET refresh_at = clock_timestamp() + interval '1 minute'
          WHERE credential_id = $1 AND environment = $2 AND refresh_at <= clock_timestamp()`,
        [credentialId, environment],
      ),
    );
  }
}

const broker = { type: 'service', id: 'auth-broker', display: 'auth-broker' } as const;
