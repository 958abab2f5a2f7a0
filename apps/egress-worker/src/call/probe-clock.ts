import type { Probe, Probed, ProbeStage, StageTime } from '@pontage/contracts/egress-worker';
import type { Stage } from '../connection/stage.js';

/** What of a connection test each stage of a call belongs to; a body is not waited for. */
const partOf: Readonly<Record<Stage, ProbeStage | undefined>> = {
  resolve: 'resolve',
  connect: 'connect',
  tls: 'tls',
  request: 'request',
  head: 'request',
  body: undefined,
};

/** Takes the time of a connection test, stage by stage. */
export class ProbeClock {
  private readonly taken: StageTime[] = [];
  private running: { readonly stage: ProbeStage; readonly since: number } | undefined;

  constructor(private readonly probe: Probe) {}

  /** The call has come to this stage. */
  enter(stage: Stage): void {
    const part = partOf[stage];
    if (part !== undefined && this.running?.stage === part) return;
    this.stop();
    if (part !== undefined) this.running = { stage: part, since: performance.now() };
  }

  /** Everything that has become known; no time is taken any more. */
  read(refusal: string | null): Probed {
    this.stop();
    const { known } = this.probe;
    return { ...known, times: [...known.times, ...this.taken], at: this.taken.at(-1)?.stage ?? known.at, refusal };
  }

  private stop(): void {
    if (this.running === undefined) return;
    const { stage, since } = this.running;
    this.taken.push({ stage, ms: Math.round(performance.now() - since) });
    this.running = undefined;
  }
}
