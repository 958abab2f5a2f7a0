import type { AnswerEnd, AnswerHead } from '@pontage/contracts/egress-worker';
import type { FastifyRequest } from 'fastify';
import type { QueryPath } from './query-path.js';
import type { QueryToRun, RunningQuery } from './query-client.js';
import type { WholeAnswer } from './query-answer.js';
import { WholeUpload } from './request-body.js';

/**
 * Runs a query and reads the whole answer; the caller's going away ends it.
 * @throws Problem
 */
export function runWhole(
  path: QueryPath,
  request: FastifyRequest,
  run: QueryToRun,
  body: Buffer | undefined,
  repeatable: boolean,
  pulled?: Buffer,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let head: AnswerHead | undefined;
    const upload = pulled === undefined ? undefined : new WholeUpload(pulled, () => query);
    const gone = () => query.cancel('client-gone');
    const settle = (finish: () => void) => {
      request.raw.socket.off('close', gone);
      finish();
    };
    const query: RunningQuery = path.client.run(run, body, repeatable, {
      pull: ({ credit }, attempt) => upload?.allow(credit, attempt),
      head: (received) => (head = received),
      chunk: (bytes) => {
        parts.push(bytes);
        query.grant(bytes.length);
      },
      end: (end: AnswerEnd) =>
        settle(() =>
          head === undefined
            ? undefined
            : resolve({
                executionId: query.executionId,
                attempts: query.attempts,
                head,
                end,
                body: Buffer.concat(parts),
              }),
        ),
      problem: (problem) => settle(() => reject(problem)),
    });
    request.raw.socket.once('close', gone);
  });
}
