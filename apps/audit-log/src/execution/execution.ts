import { derivedId } from '../record/derived-id.js';
import type { Draft } from '../record/draft.js';
import type { Closed, Intent, Outcome, QueryPart } from './query-part.js';

/** What is known of one execution so far; its parts come in any order, and more than once. */
export interface Execution {
  readonly intents: readonly Intent[];
  readonly outcomes: readonly Outcome[];
  readonly closed: Closed | null;
}

/** An execution of which nothing has been heard yet. */
export const unknownExecution: Execution = { intents: [], outcomes: [], closed: null };

/** The execution with one more part; what is known of an attempt already stays. */
export function withPart(execution: Execution, { kind, part }: QueryPart): Execution {
  switch (kind) {
    case 'intent':
      return { ...execution, intents: withAttempt(execution.intents, part) };
    case 'outcome':
      return { ...execution, outcomes: withAttempt(execution.outcomes, part) };
    case 'closed':
      return { ...execution, closed: execution.closed ?? part };
  }
}

function withAttempt<T extends { readonly attempt: number }>(known: readonly T[], part: T): readonly T[] {
  return known.some(({ attempt }) => attempt === part.attempt) ? known : [...known, part];
}

/**
 * Where an execution stands: `ended` when its last attempt has an outcome that no other attempt follows, or when it was
 * answered from what is kept, `closing`
 * when the gateway saw no end and the worker may still say what came of it, `open` otherwise.
 */
export function stageOf({ intents, outcomes, closed }: Execution): 'open' | 'closing' | 'ended' {
  if (intents.some(({ answered }) => answered !== undefined)) return 'ended';
  const last = lastAttempt(intents);
  if (last > 0 && outcomes.some(({ attempt, superseded }) => !superseded && attempt >= last)) return 'ended';
  return closed === null ? 'open' : 'closing';
}

/** The id of the one event that an execution becomes. */
export const ranEventId = (executionId: string): string => derivedId('query.ran', executionId);

/**
 * The event that an execution becomes, from what is known of it. Without an outcome it was attempted: whether the
 * upstream acted is not known then.
 */
export function ranEvent(executionId: string, org: string, execution: Execution): Draft {
  const { intents, outcomes, closed } = execution;
  const intent = intents.toSorted(byAttempt).at(0);
  const outcome = explained(decisive(outcomes), closed) ?? outcomeOf(intents);
  const said = [...intents, ...outcomes, ...(closed === null ? [] : [closed])].map(({ at }) => at).sort();
  return {
    id: ranEventId(executionId),
    at: intent?.at ?? said[0] ?? new Date(0).toISOString(),
    org,
    action: 'query.ran',
    outcome: outcome === undefined ? 'attempted' : outcome.problem === null ? 'success' : 'failure',
    actor: intent?.actor ?? { type: 'anonymous', id: 'unknown', display: 'unknown' },
    externalIdentifier: intent?.externalIdentifier ?? null,
    app: intent?.app ?? null,
    resource: intent?.resource ?? null,
    region: outcome?.region ?? intents.toSorted(byAttempt).at(-1)?.region ?? null,
    workerId: outcome?.workerId ?? null,
    requestId: intent?.requestId ?? null,
    executionId,
    ip: intent?.ip ?? null,
    userAgent: intent?.userAgent ?? null,
    changes: null,
    data: {
      ...intent?.data,
      ...figuresOf(outcome),
      ...(outcomes.some(({ credentialEchoed }) => credentialEchoed === true) ? { credentialEchoed: true } : {}),
      attempts: attemptsOf(execution),
      end: endOf(execution, outcome),
    },
  };
}

/** Of an answer that was kept nobody else tells how it ended. */
function outcomeOf(intents: readonly Intent[]): Ended | undefined {
  const answered = intents.find((intent) => intent.answered !== undefined)?.answered;
  if (answered === undefined) return undefined;
  const { status, bytes: responseBytes } = answered;
  return { status, problem: null, requestBytes: 0, responseBytes, durationMs: 0 };
}

/** What is told of an end, by whoever knows of it. */
type Ended = Pick<Outcome, 'status' | 'problem' | 'requestBytes' | 'responseBytes' | 'durationMs'> &
  Partial<Pick<Outcome, 'region' | 'workerId'>>;

function figuresOf(outcome: Ended | undefined): Record<string, number | string | null> {
  if (outcome === undefined) return {};
  const { status, problem, requestBytes, responseBytes, durationMs } = outcome;
  return { status, problem, requestBytes, responseBytes, durationMs };
}

/** How it ended, in a word: `answered`, a problem's slug, what the gateway saw, or `unknown`. */
function endOf({ closed }: Execution, outcome: Ended | undefined): string {
  if (outcome === undefined) return closed?.reason ?? 'unknown';
  return outcome.problem ?? 'answered';
}

/** The attempt that counts: an answer before a failure, the latest of several. A superseded one never does. */
function decisive(outcomes: readonly Outcome[]): Outcome | undefined {
  const final = outcomes.filter(({ superseded }) => !superseded).toSorted(byAttempt);
  return final.findLast(({ problem }) => problem === null) ?? final.at(-1);
}

/** A worker that was told to stop knows only that nobody waits any more; why, the gateway says. */
function explained(outcome: Outcome | undefined, closed: Closed | null): Outcome | undefined {
  if (outcome?.problem !== 'client-gone' || closed === null) return outcome;
  return { ...outcome, problem: closed.reason };
}

/** Of an answer that was kept there is none. */
const attemptsOf = ({ intents, outcomes }: Execution): number =>
  outcomeOf(intents) === undefined ? Math.max(lastAttempt(intents), lastAttempt(outcomes)) : 0;
const lastAttempt = (parts: readonly { readonly attempt: number }[]): number =>
  Math.max(0, ...parts.map(({ attempt }) => attempt));
const byAttempt = (a: { readonly attempt: number }, b: { readonly attempt: number }): number => a.attempt - b.attempt;
