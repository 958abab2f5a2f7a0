import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '@pontage/contracts/events';
import { exportLines, type AuditPage } from './audit-export.js';

const event = (seq: number, userAgent: string | null = null): AuditEvent => ({
  id: `00000000-0000-4000-8000-00000000000${seq}`,
  seq,
  at: '2026-01-01T00:00:00.000Z',
  action: 'token.created',
  outcome: 'success',
  actor: { type: 'token', id: 'x', display: 'a, "b"' },
  externalIdentifier: null,
  app: null,
  resource: { id: 'r', version: 3 },
  region: null,
  workerId: null,
  requestId: null,
  executionId: null,
  ip: null,
  userAgent,
  changes: null,
  data: { a: 'x\ny' },
  prevHash: 'p',
  hash: 'h',
});

async function read(format: 'ndjson' | 'csv', pages: AuditPage[]): Promise<string> {
  const [first, ...others] = pages;
  if (first === undefined) throw new Error('a page is needed');
  let text = '';
  for await (const piece of exportLines(format, first, async () => others.shift() ?? { data: [], nextCursor: null }))
    text += piece;
  return text;
}

describe('exportLines', () => {
  it('writes one JSON line for each event of all pages', async () => {
    const text = await read('ndjson', [
      { data: [event(1)], nextCursor: 'more' },
      { data: [event(2)], nextCursor: null },
    ]);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as AuditEvent).seq),
    ).toEqual([1, 2]);
  });

  it('quotes CSV cells and takes the sting out of formulas', async () => {
    const text = await read('csv', [{ data: [event(1, '=HYPERLINK("http://evil")')], nextCursor: null }]);
    const [head, line] = text.split('\r\n');
    expect(head).toMatch(/^id,seq,at,action,outcome,actorType/);
    expect(line).toContain('"a, ""b"""');
    expect(line).toContain(`"'=HYPERLINK(""http://evil"")"`);
    expect(line).toContain('"{""a"":""x\\ny""}"');
  });

  it('writes a head even when there is nothing', async () => {
    expect(await read('csv', [{ data: [], nextCursor: null }])).toMatch(/^id,/);
    expect(await read('ndjson', [{ data: [], nextCursor: null }])).toBe('');
  });
});
