import type { AuditEvent } from '@pontage/contracts/events';

/** One page of the list that an export reads. */
export interface AuditPage {
  readonly data: readonly AuditEvent[];
  readonly nextCursor: string | null;
}

interface Format {
  readonly type: string;
  readonly head: string;
  line(event: AuditEvent): string;
}

const columns: Readonly<Record<string, (event: AuditEvent) => string | number | null | undefined>> = {
  id: ({ id }) => id,
  seq: ({ seq }) => seq,
  at: ({ at }) => at,
  action: ({ action }) => action,
  outcome: ({ outcome }) => outcome,
  actorType: ({ actor }) => actor.type,
  actorId: ({ actor }) => actor.id,
  actorDisplay: ({ actor }) => actor.display,
  externalIdentifier: ({ externalIdentifier }) => externalIdentifier,
  app: ({ app }) => app,
  resourceId: ({ resource }) => resource?.id,
  resourceVersion: ({ resource }) => resource?.version,
  region: ({ region }) => region,
  workerId: ({ workerId }) => workerId,
  requestId: ({ requestId }) => requestId,
  executionId: ({ executionId }) => executionId,
  ip: ({ ip }) => ip,
  userAgent: ({ userAgent }) => userAgent,
  changes: ({ changes }) => (changes === null ? null : JSON.stringify(changes)),
  data: ({ data }) => (data === null ? null : JSON.stringify(data)),
  prevHash: ({ prevHash }) => prevHash,
  hash: ({ hash }) => hash,
};

/** The formats of an export. @see RFC 4180 (CSV), https://github.com/ndjson/ndjson-spec */
export const exportFormats: Readonly<Record<'ndjson' | 'csv', Format>> = {
  ndjson: { type: 'application/x-ndjson', head: '', line: (event) => `${JSON.stringify(event)}\n` },
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: `${Object.keys(columns).join(',')}\r\n`,
    line: (event) =>
      `${Object.values(columns)
        .map((valueOf) => cell(valueOf(event)))
        .join(',')}\r\n`,
  },
};

/** The text of an export, a page at a time: what the receiver does not take is not fetched. */
export async function* exportLines(
  format: 'ndjson' | 'csv',
  first: AuditPage,
  next: (cursor: string) => Promise<AuditPage>,
): AsyncGenerator<string> {
  const { head, line } = exportFormats[format];
  for (let page = first, text = head; ; text = '') {
    text += page.data.map(line).join('');
    if (text !== '') yield text;
    if (page.nextCursor === null) return;
    page = await next(page.nextCursor);
  }
}

/** Quoted where CSV needs it; a leading `=`, `+`, `-` or `@` would be a formula to a spreadsheet, so an apostrophe goes before it. */
function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
