import { randomUUID } from 'node:crypto';
import type { AuditDraft } from '@pontage/contracts/events';
import { auditOf } from '@pontage/bus';
import type { Problem } from '@pontage/problems';
import type { Logger } from '@pontage/telemetry';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Allowance } from './allowance.js';
import type { Blamed } from './caller.js';

/** Where events go: the bus. */
export interface EventSink {
  publishEvent(draft: AuditDraft): Promise<void>;
}

/** How long an answer waits for the event's acknowledgement: an audit record that is down does not turn a 403 into a 503. */
const ackWithinMs = 500;

/**
 * Writes denied attempts to the audit record of the organisation that they were made in. Credentials that nobody
 * knows belong to no organisation, and nothing is written. Repetitions are counted instead of written, so that
 * whoever is denied cannot fill the record.
 */
export class DeniedAttempts {
  private readonly perAttempt = new Allowance({ burst: 5, perSecond: 1 / 60 });
  private readonly perOrganisation = new Allowance({ burst: 200, perSecond: 5 });

  constructor(
    private readonly sink: EventSink,
    private readonly logger: Logger,
  ) {}

  /** Records one denial, as far as it is known whose it is. Never throws. */
  async record(request: FastifyRequest, problem: Problem): Promise<void> {
    const blamed = request.caller === undefined ? request.refused : auditOf(request.caller.call);
    if (blamed === undefined || request.recordedElsewhere === true) return;
    const route = request.routeOptions.url ?? '';
    const attempt = [blamed.org, blamed.actor.id, request.method, route, problem.slug].join(' ');
    if (!this.perAttempt.take(attempt) || !this.perOrganisation.take(blamed.org)) return;
    const unwritten = this.perAttempt.refusedSince(attempt);
    const written = this.sink.publishEvent(
      denial(blamed, { method: request.method, route, code: problem.slug, ...problem.facts, unwritten }),
    );
    await withinOr(written, ackWithinMs).catch((error: unknown) =>
      this.logger.warn({ err: error }, 'a denied attempt was not recorded'),
    );
  }
}

/** The route's pattern stands in the record, never the URL: a nonce may be in it. */
function denial(blamed: Blamed, data: Readonly<Record<string, unknown>>): AuditDraft {
  return {
    id: randomUUID(),
    at: new Date().toISOString(),
    ...blamed,
    action: 'request.denied',
    outcome: 'denied',
    data: z.json().parse(data),
  };
}

async function withinOr(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no acknowledgement within ${ms} ms`)), ms);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
