import { linkEvent, type Head } from '@pontage/audit-chain';
import type { UnitOfWork, Work } from '@pontage/persistence';
import { ranEvent, ranEventId, stageOf, unknownExecution, withPart, type Execution } from '../execution/execution.js';
import {
  forgetExecutions,
  hasClosing,
  loadExecutions,
  loadOverdue,
  saveExecutions,
} from '../execution/execution-table.js';
import type { QueryPart } from '../execution/query-part.js';
import type { Draft } from './draft.js';
import { columnsOf, type EventColumns } from './event-columns.js';
import { headOf, insertEvents, knownIds, lockChain } from './event-table.js';
import { insertParked, parkedEvent, type Parked } from './parked-table.js';

/** Something that belongs into one organisation's record. */
export type Item =
  { readonly kind: 'event'; readonly draft: Draft } | QueryPart | { readonly kind: 'parked'; readonly parked: Parked };

/** What was appended to a chain. */
export interface Appended {
  /** How far it reaches now. */
  readonly head: Head;
  readonly rows: readonly EventColumns[];
}

/** Writes the record: each organisation's chain, one writer at a time, and nothing twice. */
export class Ledger {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Takes items of one organisation, all in one transaction; those that were taken before change nothing.
   * @returns undefined when nothing was appended
   */
  take(org: string, items: readonly Item[]): Promise<Appended | undefined> {
    return this.unitOfWork.run(org, async (work) => {
      await lockChain(work);
      const parked = items.flatMap((item) => (item.kind === 'parked' ? [item.parked] : []));
      await insertParked(work, parked);
      const drafts = items.flatMap((item) => (item.kind === 'event' ? [item.draft] : []));
      const parts = items.flatMap((item) => (item.kind === 'event' || item.kind === 'parked' ? [] : [item]));
      const told = [...drafts, ...parked.map(parkedEvent)];
      const executionIds = new Set(parts.map(({ part }) => part.executionId));
      const ran = new Map([...executionIds].map((id) => [id, ranEventId(id)]));
      const known = await knownIds(work, [...told.map(({ id }) => id), ...ran.values()]);
      return append(work, [...told, ...(await fold(work, parts, ran, known))], known);
    });
  }

  /** Ends the executions whose time is up, as what is known of them. */
  endOverdue(org: string): Promise<Appended | undefined> {
    return this.unitOfWork.run(org, async (work) => {
      await lockChain(work);
      const overdue = await loadOverdue(work);
      await forgetExecutions(work, [...overdue.keys()]);
      const drafts = [...overdue].map(([id, execution]) => ranEvent(id, org, execution));
      const known = await knownIds(
        work,
        drafts.map(({ id }) => id),
      );
      return append(work, drafts, known);
    });
  }

  /** The organisations that {@link endOverdue} has something to do for. */
  overdueOrganisations(): Promise<string[]> {
    return this.unitOfWork.ids('overdue_organisations');
  }

  /** True while an end that the gateway has told is not in the record yet. */
  isEnding(org: string): Promise<boolean> {
    return this.unitOfWork.run(org, hasClosing);
  }
}

/**
 * Adds parts to what is known of their executions, and returns the events of those that have ended.
 * @param ran the ids of the events that the executions become
 * @param known those that the chain holds already
 */
async function fold(
  work: Work,
  parts: readonly QueryPart[],
  ran: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): Promise<Draft[]> {
  if (parts.length === 0) return [];
  const before = await loadExecutions(work, [...ran.keys()]);
  const after = new Map<string, Execution>();
  for (const part of parts) {
    const id = part.part.executionId;
    if (known.has(ran.get(id) ?? '')) continue;
    after.set(id, withPart(after.get(id) ?? before.get(id) ?? unknownExecution, part));
  }
  const ended = [...after].filter(([, execution]) => stageOf(execution) === 'ended');
  for (const [id] of ended) after.delete(id);
  await saveExecutions(work, after);
  await forgetExecutions(
    work,
    ended.map(([id]) => id),
  );
  return ended.map(([id, execution]) => ranEvent(id, work.org, execution));
}

/** Appends what the chain does not hold. @param known of the drafts' ids those that it does */
async function append(work: Work, drafts: readonly Draft[], known: ReadonlySet<string>): Promise<Appended | undefined> {
  if (drafts.length === 0) return undefined;
  const rows: EventColumns[] = [];
  const there = new Set(known);
  let head = await headOf(work);
  for (const draft of drafts) {
    if (there.has(draft.id)) continue;
    there.add(draft.id);
    const { event, body } = linkEvent(head, draft);
    rows.push(columnsOf(event, body));
    head = event;
  }
  await insertEvents(work, rows);
  return rows.length === 0 ? undefined : { head: { seq: head.seq, hash: head.hash }, rows };
}
