import { encodeCancel, type Bus } from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { cancelSubject } from '@pontage/contracts/egress-worker';
import { queryClosedSubject, type QueryClosed } from '@pontage/contracts/events';
import type { OpenQuery } from './open-query.js';

/** Puts on record how a query ended of which there will be no end frame. */
export function recordClosed(bus: Bus, { executionId, run }: OpenQuery, reason: string): void {
  const closed: QueryClosed = { executionId, org: run.org, at: new Date().toISOString(), reason };
  bus.connection.publish(queryClosedSubject, JSON.stringify([closed]));
}

/**
 * Ends a query at the worker that has it: region-wide, since nobody may have said yet which one; in every region while none
 * has said anything.
 */
export function breakOff(bus: Bus, query: OpenQuery, reason: string): void {
  // Before the worker hears of it: what it says then is read in this light.
  recordClosed(bus, query, reason);
  const { worker, executionId } = query;
  const regions =
    worker === undefined ? bus.presence.live('egress-worker').map(({ region }) => region ?? '') : [worker.region];
  for (const region of new Set(regions))
    bus.connection.publish(subjectOf(cancelSubject, { region }), encodeCancel(executionId));
}
