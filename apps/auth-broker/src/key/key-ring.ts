import { statSync } from 'node:fs';
import type { MasterKeys } from '@pontage/envelope';
import type { Logger } from '@pontage/telemetry';

const lookEveryMs = 1_000;

/** The master keys as this process knows them now; a new one is heard of without a restart when they come from a file. */
export class KeyRing {
  private timer: NodeJS.Timeout | undefined;
  private readAt = 0;

  /** @param reread reads them once more; absent when they cannot change */
  constructor(
    private keys: MasterKeys,
    private readonly reread?: () => MasterKeys,
  ) {}

  get now(): MasterKeys {
    return this.keys;
  }

  /** Reads the keys once more. @throws Error when they are not good: then those from before stay in use */
  refresh(): void {
    if (this.reread !== undefined) this.keys = this.reread();
  }

  /** Looks after the file; what is not good there is logged and not used. */
  follow(file: string, logger: Logger): void {
    this.readAt = statSync(file).mtimeMs;
    this.timer = setInterval(() => {
      try {
        const { mtimeMs } = statSync(file);
        if (mtimeMs === this.readAt) return;
        this.readAt = mtimeMs;
        this.refresh();
        logger.info({ keys: this.keys.ids }, 'the master keys were read anew');
      } catch (error) {
        logger.error({ err: error }, 'the master keys cannot be read anew; those from before stay in use');
      }
    }, lookEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
