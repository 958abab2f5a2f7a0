import type { UnitOfWork } from '@pontage/persistence';
import type { Logger } from '@pontage/telemetry';
import type { Directory } from '../directory/directory.js';
import type { SessionEnding } from './session-ending.js';

const retryMs = 1_000;
const everyMs = 60_000;

/** Keeps sessions in line with what the registry says, in the background. An organisation that fails is tried again. */
export class SessionUpkeep {
  private readonly waiting = new Set<string>();
  private readonly failed = new Set<string>();
  private readonly timers: NodeJS.Timeout[] = [];
  private work: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly ending: SessionEnding,
    private readonly directory: Directory,
    private readonly logger: Logger,
  ) {}

  /** Brings every organisation in line, then follows the changes. */
  async start(): Promise<void> {
    this.directory.onLoss((org) => this.look([org]));
    this.look(await this.unitOfWork.ids('embed_url_organisations'));
    await this.work;
    this.timers.push(setInterval(() => this.look([...this.failed, ...this.ending.behind()]), retryMs).unref());
    this.timers.push(setInterval(() => void this.forget(), everyMs).unref());
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.work;
  }

  private look(orgs: readonly string[]): void {
    for (const org of orgs) this.waiting.add(org);
    if (!this.busy && this.waiting.size > 0) this.work = this.round();
  }

  /** One organisation after the other, until none waits; those that come up meanwhile are taken along. */
  private async round(): Promise<void> {
    this.busy = true;
    for (const org of this.waiting) {
      this.waiting.delete(org);
      this.failed.delete(org);
      try {
        await this.ending.reconcile(org);
      } catch (error) {
        this.failed.add(org);
        this.logger.warn({ err: error, org }, 'sessions could not be brought in line now; trying again');
      }
    }
    this.busy = false;
  }

  private async forget(): Promise<void> {
    try {
      await this.ending.forgetExpired(new Date());
    } catch (error) {
      this.logger.warn({ err: error }, 'sessions that have run out could not be forgotten now; trying again');
    }
  }
}
