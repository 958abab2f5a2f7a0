import { randomUUID } from 'node:crypto';
import { auditOf, type Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import type { QueryCall } from '@pontage/contracts/query-proxy';
import type { Problem } from '@pontage/problems';
import type { Logger } from '@pontage/telemetry';

/** What was denied: a run has an id, a preview has none. */
export interface Denied {
  readonly asked: QueryCall;
  readonly call: Call;
  readonly executionId?: string;
  readonly isPreview?: true;
  /** Nothing was to be run: it was asked how the caller stands with the upstream. */
  readonly isSignInCheck?: true;
  readonly isTest?: true;
}

const denials = new Set([
  'not-found',
  'missing-scope',
  'forbidden',
  'secret-variable',
  'destination-denied',
  'stale-policy',
]);

/** Denied attempts are events too; a denial stands even when the event cannot be written. */
export async function recordDenial(
  { bus, logger }: { readonly bus: Bus; readonly logger: Logger },
  { asked, call, executionId, isPreview, isSignInCheck, isTest }: Denied,
  { slug, errors }: Problem,
): Promise<void> {
  if (!denials.has(slug)) return;
  const data = {
    problem: slug,
    ...(errors.length === 0 ? {} : { reasons: errors.map((each) => ({ ...each })) }),
    query: asked.kind === 'saved' ? asked.name : null,
    resource: 'resource' in asked ? asked.resource : null,
    ...(isPreview === undefined ? {} : { preview: true }),
    ...(isSignInCheck === undefined ? {} : { signInCheck: true }),
    ...(isTest === undefined ? {} : { test: true }),
  };
  await bus
    .publishEvent({
      id: randomUUID(),
      at: new Date().toISOString(),
      action: 'query.denied',
      outcome: 'denied',
      ...auditOf(call),
      app: asked.kind === 'saved' ? asked.app : null,
      ...(executionId === undefined ? {} : { executionId }),
      data,
    })
    .catch((error: unknown) => logger.warn({ err: error }, 'a denial was not recorded'));
}
