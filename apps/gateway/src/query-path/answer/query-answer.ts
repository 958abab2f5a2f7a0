import { isUtf8 } from 'node:buffer';
import type { AnswerEnd, AnswerHead } from '@pontage/contracts/egress-worker';

/** A whole answer of an upstream, read into memory. */
export interface WholeAnswer {
  readonly executionId: string;
  readonly attempts: number;
  readonly head: AnswerHead;
  readonly end: AnswerEnd;
  readonly body: Buffer;
}

/**
 * The answer as `/query` shows it, as JSON text. A JSON body is passed on as its own text: parsed only to see that it
 * is JSON, so that its numbers keep every digit.
 */
export function queryAnswer({ executionId, attempts, head, end, body }: WholeAnswer): string {
  const { text, encoding } = bodyText(head, body);
  const before = JSON.stringify({ executionId, status: head.status, headers: head.headers });
  const after = JSON.stringify({
    bodyEncoding: encoding,
    durationMs: Math.round(end.durationMs),
    region: head.region,
    workerId: head.workerId,
    // What is given again has gone nowhere.
    attempts: head.cache === 'hit' ? 0 : attempts,
    ...(head.cache === undefined ? {} : { cache: head.cache }),
  });
  return `${before.slice(0, -1)},"body":${text},${after.slice(1)}`;
}

function bodyText(head: AnswerHead, body: Buffer): { text: string; encoding: 'json' | 'text' | 'base64' } {
  const type = head.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (!isUtf8(body)) return { text: JSON.stringify(body.toString('base64')), encoding: 'base64' };
  const text = body.toString('utf8');
  if (/[/+]json\b/i.test(type) && isJson(text)) return { text, encoding: 'json' };
  return { text: JSON.stringify(text), encoding: 'text' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
