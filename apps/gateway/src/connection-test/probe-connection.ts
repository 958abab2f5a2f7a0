import type { AnswerHead } from '@pontage/contracts/egress-worker';
import { unavailable, type Problem } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import type { QueryPath } from '../query-path/query-path.js';
import type { QueryToRun, RunningQuery } from '../query-path/client/open-query.js';
import type { ProbeOutcome } from './probe-outcome.js';

/**
 * Sends one connection test and waits for its end; the caller's going away ends it.
 * @param method what it asks with: a read is sent once more when nothing is heard
 * @throws Problem what is the caller's own to mend, and was refused before there was anything to test
 */
export function probeConnection(
  path: QueryPath,
  request: FastifyRequest,
  run: QueryToRun,
  method: string,
): Promise<ProbeOutcome> {
  return new Promise((resolve, reject) => {
    let head: AnswerHead | undefined;
    const settle = (finish: () => void) => {
      request.raw.socket.off('close', gone);
      finish();
    };
    // Nobody reads what becomes of it, but whoever waits for the end has something to put away.
    const gone = () =>
      settle(() => {
        query.cancel('client-gone');
        reject(unavailable({}, { note: 'the caller of a connection test has gone' }));
      });
    const asked = run.test?.region ?? null;
    const query: RunningQuery = path.client.run(run, undefined, ['GET', 'HEAD'].includes(method), {
      pull: () => undefined,
      head: (received) => (head = received),
      chunk: () => undefined,
      end: () => settle(() => (head === undefined ? undefined : resolve(answered(method, head)))),
      problem: (problem, said) =>
        settle(() => {
          if (said?.probed === undefined && !isOnTheWay(problem)) return reject(problem);
          const region = said?.region ?? said?.probed?.region ?? asked;
          resolve({ method, region, workerId: said?.workerId ?? null, probed: said?.probed, end: { problem } });
        }),
    });
    request.raw.socket.once('close', gone);
  });
}

function answered(method: string, head: AnswerHead): ProbeOutcome {
  const { region, workerId, probed, status, headers } = head;
  return { method, region, workerId, probed, end: { status, headers } };
}

/** Something of ours was lost on the way: that is what a test is there to find. */
const isOnTheWay = ({ definition: { kind, slug } }: Problem): boolean =>
  kind === 'unavailable' || slug === 'worker-lost';
