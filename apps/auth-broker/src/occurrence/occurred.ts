import { randomUUID } from 'node:crypto';
import { auditOf } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import type { Occurrence, OccurrenceType } from '@pontage/contracts/events';
import type { Work } from '@pontage/persistence';
import { enqueue } from '../delivery/enqueue.js';

/** Something that happened to a grant or a credential. What is left out of it is null. */
export interface Happening extends Partial<Omit<Occurrence, 'credentialId'>> {
  readonly type: OccurrenceType;
  /** Who brought it about. */
  readonly call: Call;
  readonly resourceId: string;
  readonly credentialId: string;
  /** Where from, if the outside was asked. */
  readonly region?: string;
}

/**
 * Says that something happened: on the record and the bus, and to the organisation's webhooks that want to hear of it.
 * All of that is told if, and only if, the transaction commits.
 */
export async function occurred(work: Work, happening: Happening): Promise<void> {
  const { type, call, resourceId, region, credentialId } = happening;
  const {
    environment = null,
    serves = null,
    trigger = null,
    problem = null,
    detail = null,
    expiresAt = null,
  } = happening;
  const data: Occurrence = { credentialId, environment, serves, trigger, problem, detail, expiresAt };
  const id = randomUUID();
  const at = new Date().toISOString();
  work.audit({
    ...auditOf(call),
    id,
    at,
    action: type,
    outcome: problem === null ? 'success' : 'failure',
    resource: { id: resourceId, version: null },
    region: region ?? null,
    data,
  });
  await enqueue(work, { id, type, timestamp: at, data: { organisation: work.org, resourceId, ...data } });
}
