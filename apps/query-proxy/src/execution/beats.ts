import { InHand } from '@pontage/in-hand';

/** A query whose caller waits for a sign of life. */
export interface Beating {
  /** No other one has it. */
  readonly name: string;
  beat(): void;
}

interface Due {
  readonly query: Beating;
  /** By this process's own monotonic clock. */
  at: number;
}

/** A caller hears that its query is being worked on when a head may take longer than this, and every second from then on. */
const firstBeatMs = 250;
const beatMs = 1_000;
/** How often time is looked at: the precision of these. */
const tickMs = 25;

/** Signs of life of the queries that are not dispatched yet; one clock for all of them costs less than a timer each. */
export class Beats {
  private readonly beating = new InHand<string, Due>();
  private clock: NodeJS.Timeout | undefined;

  begin(query: Beating): void {
    this.beating.set(query.name, { query, at: performance.now() + firstBeatMs });
    this.clock ??= setInterval(() => this.tick(performance.now()), tickMs);
  }

  end(query: Beating): void {
    this.beating.take(query.name);
  }

  private tick(now: number): void {
    if (this.beating.size === 0) {
      clearInterval(this.clock);
      this.clock = undefined;
    }
    for (const due of this.beating) {
      if (now < due.at) continue;
      due.at = now + beatMs;
      due.query.beat();
    }
  }
}
