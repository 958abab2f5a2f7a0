import type { AuditEvent } from '@pontage/contracts/events';

/** What a row of `event` holds besides its organisation, in the words of SQL: each column as the text of its value. */
export interface EventColumns {
  readonly seq: string;
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor_id: string;
  readonly actor_display: string;
  readonly external_identifier: string | null;
  readonly app: string | null;
  readonly resource_id: string | null;
  readonly prev_hash: string;
  readonly hash: string;
  /** The text that the hash covers. The other columns serve searching, and say nothing that is not in it. */
  readonly body: string;
}

/** The columns with their SQL types, in the order of the table. */
export const columnTypes = {
  seq: 'bigint',
  id: 'uuid',
  at: 'timestamptz',
  action: 'text',
  outcome: 'text',
  actor_id: 'text',
  actor_display: 'text',
  external_identifier: 'text',
  app: 'text',
  resource_id: 'text',
  prev_hash: 'text',
  hash: 'text',
  body: 'text',
} as const satisfies Record<keyof EventColumns, string>;

/** The columns' names, in the order of the table. */
export const columnNames = Object.keys(columnTypes) as readonly (keyof EventColumns)[];

/** How each column reads as text: the same text that {@link columnsOf} makes, when nobody has touched it. */
export const columnTexts = Object.entries(columnTypes)
  .map(([name, type]) => {
    if (type === 'timestamptz')
      return `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${name}`;
    return type === 'text' ? name : `${name}::text AS ${name}`;
  })
  .join(', ');

/** The row of an event. Columns keep milliseconds, and no NUL, which PostgreSQL has no place for; the body keeps all. */
export function columnsOf(event: AuditEvent, body: string): EventColumns {
  const { seq, id, at, action, outcome, actor, externalIdentifier, app, resource, prevHash, hash } = event;
  return {
    seq: String(seq),
    id,
    at: new Date(at).toISOString().replace('Z', '000Z'),
    action,
    outcome,
    actor_id: searchable(actor.id),
    actor_display: searchable(actor.display),
    external_identifier: orNull(externalIdentifier),
    app: orNull(app),
    resource_id: orNull(resource?.id ?? null),
    prev_hash: prevHash,
    hash,
    body,
  };
}

/** The event of a row. @throws SyntaxError when somebody made its body something else than JSON */
export function eventOf({ prev_hash, hash, body }: EventColumns): AuditEvent {
  return { ...(JSON.parse(body) as AuditEvent), prevHash: prev_hash, hash };
}

/** True when every column says what the body says. */
export function isWhole(row: EventColumns, event: AuditEvent, body: string): boolean {
  return isSameRow(row, columnsOf(event, body));
}

/** True when two rows are the same to the letter of every column. */
export const isSameRow = (one: EventColumns, other: EventColumns): boolean =>
  columnNames.every((name) => one[name] === other[name]);

/** Text as PostgreSQL can keep it and a search can find it. */
export const searchable = (text: string): string => Buffer.from(text.replaceAll('\0', '\ufffd')).toString();
const orNull = (text: string | null): string | null => (text === null ? null : searchable(text));
