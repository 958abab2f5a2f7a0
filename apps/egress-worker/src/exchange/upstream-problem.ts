import { invalidRequest, isProblem, upstreamBroken, upstreamTimedOut, type Problem } from '@pontage/problems';
import type { Stage } from '../connection/stage.js';
import { tlsProblem } from '../connection/tls-problem.js';

/** What an error of the connection or of undici means to the caller, at the stage where it came. */
export function upstreamProblem(error: Error, stage: Stage | 'queued'): Problem {
  if (isProblem(error)) return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return invalidRequest({}, { detail: 'The request for the upstream could not be one HTTP message.', cause: error });
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    const detail = 'The upstream fell silent in the middle of its answer.';
    return upstreamTimedOut({ stage: 'body' }, { detail, cause: error });
  }
  if (typeof code === 'string' && code.startsWith('ERR_SSL_')) return tlsProblem(code, error);
  const at = stage === 'request' || stage === 'body' ? stage : 'head';
  return upstreamBroken({ stage: at }, { detail: detailOf(String(code)), cause: error });
}

const detailOf = (code: string): string =>
  details.get(code) ?? (code.startsWith('HPE_') ? 'What came is not HTTP.' : 'The connection broke off.');

const details: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_HEADERS_OVERFLOW', 'The head of the answer is larger than 64 KB.'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'The body is not as long as its Content-Length.'],
  ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'The request body is not as long as was said.'],
]);
