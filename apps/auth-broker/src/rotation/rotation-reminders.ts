import { randomUUID } from 'node:crypto';
import type { UnitOfWork, Work } from '@pontage/persistence';
import { occurred } from '../occurrence/occurred.js';
import type { Swept } from '../sweep/sweep.js';
import type { NamedCredential, NamedCredentials } from './named-credentials.js';

const dayMs = 24 * 60 * 60_000;

/** A credential's age, as its row has it. */
interface Age {
  readonly id: string;
  readonly rotatedAt: Date;
  readonly remindedDue: Date | null;
}

/** A reminder that has to be given now. */
export interface Due {
  readonly credential: NamedCredential;
  readonly rotatedAt: Date;
  readonly dueAt: Date;
}

/** Which of these credentials somebody has to be reminded of, and has not been for this due date. */
export function remindersDue(named: readonly NamedCredential[], ages: readonly Age[], now: Date): Due[] {
  const known = new Map(ages.map((age) => [age.id, age]));
  return named.flatMap((credential) => {
    const { rotation } = credential;
    const age = known.get(credential.credentialId);
    if (age === undefined || rotation === null) return [];
    const dueAt = new Date(age.rotatedAt.getTime() + rotation.everyDays * dayMs);
    const isEarly = now.getTime() < dueAt.getTime() - rotation.remindDaysBefore * dayMs;
    if (isEarly || age.remindedDue?.getTime() === dueAt.getTime()) return [];
    return [{ credential, rotatedAt: age.rotatedAt, dueAt }];
  });
}

/** Reminds of rotations that are due: once for each due date, however many processes look. */
export class RotationReminders implements Swept {
  readonly everyMs = 30_000;
  readonly done = 'somebody was reminded of credentials whose rotation is due';
  readonly failed = 'rotations that are due could not be looked for; trying again in half a minute';

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly named: NamedCredentials,
  ) {}

  async sweep(): Promise<number> {
    if (!this.named.isFresh()) return 0;
    let count = 0;
    for (const [org, named] of this.named.withRotation())
      count += await this.unitOfWork.run(org, (work) => this.remind(work, named));
    return count;
  }

  private async remind(work: Work, named: readonly NamedCredential[]): Promise<number> {
    const ages = await work.manager.query<Age[]>(
      `SELECT id, date_trunc('milliseconds', coalesce(rotated_at, created_at)) AS "rotatedAt", reminded_due AS "remindedDue"
         FROM credential WHERE id = ANY($1)`,
      [named.map(({ credentialId }) => credentialId)],
    );
    let count = 0;
    for (const due of remindersDue(named, ages, new Date())) {
      // Another process may have been faster: whoever changes the row tells.
      const [, changed] = await work.manager.query<[unknown[], number]>(
        'UPDATE credential SET reminded_due = $2 WHERE id = $1 AND reminded_due IS DISTINCT FROM $2',
        [due.credential.credentialId, due.dueAt],
      );
      if (changed === 0) continue;
      await tell(work, due);
      count += 1;
    }
    return count;
  }
}

function tell(work: Work, { credential, rotatedAt, dueAt }: Due): Promise<void> {
  const { credentialId, resourceId, environment } = credential;
  const principal = { type: 'service', id: 'auth-broker', display: 'auth-broker' } as const;
  return occurred(work, {
    type: 'credential.rotation-due',
    call: { org: work.org, principal, requestId: randomUUID() },
    resourceId,
    credentialId,
    environment,
    detail: `Its secrets are what they are since ${rotatedAt.toISOString()}.`,
    expiresAt: dueAt.toISOString(),
  });
}
