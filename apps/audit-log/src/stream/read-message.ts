import {
  auditDraft,
  eventSubject,
  queryClosedSubject,
  queryIntentSubject,
  queryOutcomeSubject,
} from '@pontage/contracts/events';
import { z } from 'zod';
import { queryClosed, queryIntent, queryOutcome, type QueryPart } from '../execution/query-part.js';
import { fitting, type Draft } from '../record/draft.js';

/** What nobody can read, and why; it is kept aside instead of being lost. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly payload: Uint8Array;
  readonly reason: string;
}

/** One thing that a message says about one organisation. */
export type Entry = { readonly org: string } & (
  { readonly kind: 'event'; readonly draft: Draft } | QueryPart | Unreadable
);

/** Whose chain tells of what names no organisation: the operator's. */
export const noOrganisation = '00000000-0000-0000-0000-000000000000';

/**
 * Everything that a message of the event stream says. An item that cannot be read does not spoil the others of its
 * batch. An event is believed only on the subject of its own action: that subject is what the bus guards.
 */
export function readMessage(subject: string, data: Uint8Array): Entry[] {
  const value = jsonOf(data);
  if (value === undefined) return [unreadable(data, value, 'It is not JSON.')];
  if (!isQueryBatch(subject)) return [readEvent(subject, data, value)];
  if (!Array.isArray(value)) return [unreadable(data, value, 'A batch is a JSON array.')];
  return value.map((item: unknown) => readPart(subject, item));
}

const schemas = {
  [queryIntentSubject]: queryIntent,
  [queryOutcomeSubject]: queryOutcome,
  [queryClosedSubject]: queryClosed,
};
const kinds = {
  [queryIntentSubject]: 'intent',
  [queryOutcomeSubject]: 'outcome',
  [queryClosedSubject]: 'closed',
} as const;
const isQueryBatch = (subject: string): subject is keyof typeof schemas => subject in schemas;

function readPart(subject: keyof typeof schemas, item: unknown): Entry {
  const parsed = parse<z.output<(typeof schemas)[typeof subject]>>(schemas[subject], item);
  if (typeof parsed === 'string') return unreadable(Buffer.from(JSON.stringify(item)), item, parsed);
  return { kind: kinds[subject], part: parsed, org: parsed.org } as Entry;
}

function readEvent(subject: string, data: Uint8Array, value: unknown): Entry {
  const parsed = parse<Draft>(auditDraft, value);
  if (typeof parsed === 'string') return unreadable(data, value, parsed);
  if (eventSubject(parsed.action) !== subject)
    return unreadable(data, value, `The action ${parsed.action} is not this subject's.`);
  const org = parsed.org.toLowerCase();
  return { kind: 'event', org, draft: fitting({ ...parsed, org, id: parsed.id.toLowerCase() }) };
}

/** The parsed value, or why it is none. A value that is nested without end makes any parser give up, too. */
function parse<T>(schema: z.ZodType<T>, value: unknown): T | string {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success
      ? parsed.data
      : parsed.error.issues
          .map(({ path, message }) => `${path.join('/')}: ${message}`)
          .join('; ')
          .slice(0, 500);
  } catch (error) {
    return String(error).slice(0, 500);
  }
}

function unreadable(payload: Uint8Array, value: unknown, reason: string): Entry {
  const named = z.object({ org: z.uuid().toLowerCase() }).safeParse(value);
  return { kind: 'unreadable', org: named.success ? named.data.org : noOrganisation, payload, reason };
}

function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data)) as unknown;
  } catch {
    return undefined;
  }
}
