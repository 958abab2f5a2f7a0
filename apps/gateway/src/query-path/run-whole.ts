import type { AnswerEnd, AnswerHead } from '@pontage/contracts/egress-worker';
import { bodyNotSignable, isProblem } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import type { QueryPath } from './query-path.js';
import type { QueryToRun, RunningQuery } from './client/open-query.js';
import type { WholeAnswer } from './answer/query-answer.js';
import { hashesOf } from './request-body/body-hasher.js';
import { HeldUpload, inMemory } from './request-body/held-upload.js';

/**
 * Runs a query and reads the whole answer; the caller's going away ends it. A body that a signer has to know is hashed,
 * and the query run once more.
 * @throws Problem
 */
export async function runWhole(
  path: QueryPath,
  request: FastifyRequest,
  run: QueryToRun,
  repeatable: boolean,
  pulled?: Buffer,
): Promise<WholeAnswer> {
  try {
    return await runOnce(path, request, run, repeatable, pulled);
  } catch (error) {
    if (pulled === undefined || !isProblem(error, bodyNotSignable)) throw error;
    const body = { kind: 'pulled', bytes: pulled.length, hashes: hashesOf(pulled) } as const;
    return runOnce(path, request, { ...run, body }, repeatable, pulled);
  }
}

function runOnce(
  path: QueryPath,
  request: FastifyRequest,
  run: QueryToRun,
  repeatable: boolean,
  pulled: Buffer | undefined,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let head: AnswerHead | undefined;
    const upload = pulled === undefined ? undefined : new HeldUpload(inMemory(pulled), () => query, reject);
    const answer = path.memory.open(run.org, (bytes) => query.grant(bytes));
    const gone = () => {
      answer.close();
      query.cancel('client-gone');
    };
    const settle = (finish: () => void) => {
      answer.close();
      request.raw.socket.off('close', gone);
      finish();
    };
    const query: RunningQuery = path.client.run(run, undefined, repeatable, {
      pull: ({ credit }, attempt) => upload?.allow(credit, attempt),
      head: (received) => (head = received),
      chunk: (bytes) => {
        parts.push(bytes);
        answer.take(bytes.length);
      },
      end: (end: AnswerEnd) =>
        settle(() =>
          head === undefined
            ? undefined
            : resolve({
                executionId: query.executionId,
                attempts: query.attempts(),
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
