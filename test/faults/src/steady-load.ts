import { setTimeout as sleep } from 'node:timers/promises';
import type { Pontage } from '@pontage/testkit';

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

/** Queries at an even pace, whatever becomes of those before. */
export class SteadyLoad {
  readonly ran: Ran[] = [];
  private readonly running = new Set<Promise<void>>();
  private isOver = false;
  private readonly pacing: Promise<void>;

  /** @param perSecond at most 60: other tests run beside this one */
  constructor(
    private readonly pontage: Pontage,
    private readonly asked: readonly Asked[],
    perSecond: number,
  ) {
    this.pacing = this.pace(1_000 / perSecond);
  }

  /** Begins no more queries, and resolves with all that ran. */
  async end(): Promise<readonly Ran[]> {
    this.isOver = true;
    await this.pacing;
    await Promise.all(this.running);
    return this.ran;
  }

  private async pace(everyMs: number): Promise<void> {
    for (let count = 0; !this.isOver; count += 1) {
      const asked = this.asked[count % this.asked.length];
      if (asked === undefined) return;
      const running = this.run(asked).finally(() => this.running.delete(running));
      this.running.add(running);
      await sleep(everyMs);
    }
  }

  private async run({ resource, method = 'POST', path = '/echo' }: Asked): Promise<void> {
    this.ran.push(await runQuery(this.pontage, resource, method, path));
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
