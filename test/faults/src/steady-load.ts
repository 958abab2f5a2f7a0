import type { Pontage } from '@pontage/testkit';
import { steadily } from './steadily.js';

/** One query of a steady load, and what became of it. */
export interface Ran {
  readonly status: number;
  readonly code: string | undefined;
  readonly method: string;
  readonly region: string | undefined;
  readonly workerId: string | undefined;
  readonly retryAfter: string | null;
  readonly begunAt: number;
  readonly endedAt: number;
}

/** What is asked again and again. */
export interface Asked {
  readonly resource: string;
  readonly method?: string;
  readonly path?: string;
}

/** Queries at an even pace, one of each in turn, whatever becomes of those before. */
export class SteadyLoad {
  private readonly running: Promise<readonly Ran[]>;
  private finish: () => void = () => undefined;

  constructor(pontage: Pontage, asked: readonly [Asked, ...Asked[]], perSecond: number) {
    const finished = new Promise<void>((resolve) => (this.finish = resolve));
    let count = 0;
    const next = (): Promise<Ran> => {
      const { resource, method = 'POST', path = '/echo' } = asked[count++ % asked.length] ?? asked[0];
      return runQuery(pontage, resource, method, path);
    };
    this.running = steadily(perSecond, next, finished);
  }

  /** Begins no more queries, and resolves with all that ran. */
  end(): Promise<readonly Ran[]> {
    this.finish();
    return this.running;
  }
}

/** Runs one query. */
export async function runQuery(pontage: Pontage, resource: string, method: string, path: string): Promise<Ran> {
  const begunAt = performance.now();
  const answer = await pontage.fetch(`/api/v1/resources/${resource}/query`, { method: 'POST', json: { method, path } });
  const said = (await answer.json()) as { code?: string; region?: string; workerId?: string };
  return {
    status: answer.status,
    code: said.code,
    method,
    region: said.region,
    workerId: said.workerId,
    retryAfter: answer.headers.get('retry-after'),
    begunAt,
    endedAt: performance.now(),
  };
}

/** Those that were not answered by the upstream. */
export const failedOf = (ran: readonly Ran[]): Ran[] => ran.filter(({ status }) => status !== 200);

/** How many ran where. */
export function countBy(ran: readonly Ran[], of: (each: Ran) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of ran) {
    const key = of(each) ?? 'nowhere';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
