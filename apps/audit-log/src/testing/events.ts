import { randomUUID } from 'node:crypto';
import type { Call } from '@pontage/contracts';
import type { AuditDraft, QueryClosed, QueryIntent, QueryOutcome } from '@pontage/contracts/events';

/** An event of an organisation. */
export const draftOf = (org: string, change: Partial<AuditDraft> = {}): AuditDraft => ({
  id: randomUUID(),
  at: new Date().toISOString(),
  org,
  action: 'resource.created',
  outcome: 'success',
  actor: { type: 'token', id: 'f2c1', display: 'CI' },
  resource: { id: 'orders', version: 1 },
  ...change,
});

/** A call of somebody of an organisation. */
export const callOf = (org: string): Call => ({
  org,
  principal: { type: 'token', id: randomUUID(), display: 'auditor', scopes: ['audit:read'], groupIds: null },
  requestId: randomUUID(),
});

export const intentOf = (org: string, executionId: string, change: Partial<QueryIntent> = {}): QueryIntent => ({
  executionId,
  attempt: 1,
  at: new Date().toISOString(),
  org,
  actor: { type: 'external', id: 's', display: 'u-5' },
  externalIdentifier: 'u-5',
  app: 'portal',
  resource: { id: 'orders', version: 1 },
  region: 'eu-central-1',
  requestId: randomUUID(),
  ip: null,
  userAgent: null,
  data: { method: 'GET', path: '/orders' },
  ...change,
});

export const outcomeOf = (org: string, executionId: string, change: Partial<QueryOutcome> = {}): QueryOutcome => ({
  executionId,
  attempt: 1,
  org,
  at: new Date().toISOString(),
  region: 'eu-central-1',
  workerId: 'w1',
  status: 200,
  problem: null,
  requestBytes: 0,
  responseBytes: 2,
  durationMs: 3,
  superseded: false,
  ...change,
});

export const closedOf = (org: string, executionId: string, reason: string): QueryClosed => ({
  executionId,
  org,
  at: new Date().toISOString(),
  reason,
});
