/** What a service and the launcher that keeps it running say to one another. */
export type ServiceMessage =
  /** It can do its work. */
  | { readonly ready: true; readonly health: string }
  /** It was told to end, and goes on until its successor is there. */
  | { readonly leaving: true }
  /** From the launcher: who leaves gets a successor first. */
  | { readonly succeeds: true }
  /** From the launcher, with a port that is bound: listen on it. */
  | { readonly listen: true }
  /** From the launcher: drain, and end. */
  | { readonly stop: true };

/** The channel to whoever started this process to keep it running; a process without one is on its own. */
export class LauncherChannel {
  /** The port that the launcher hands over, as `net.Server.listen` takes it; never settles when it hands over none. */
  readonly handedPort: Promise<object>;
  private succeeds = false;

  /** @param onStop the launcher wants this process to end, or is gone: one that was killed cannot say so */
  constructor(onStop: () => void) {
    this.handedPort = new Promise((resolve) => {
      process.on('message', (message: ServiceMessage | null, handle: object) => {
        if (typeof message !== 'object' || message === null) return;
        if ('stop' in message) onStop();
        if ('succeeds' in message) this.succeeds = true;
        if ('listen' in message) resolve(handle);
      });
    });
    process.once('disconnect', onStop);
  }

  /** Says that this process can do its work. */
  ready(health: string): void {
    process.send?.({ ready: true, health } satisfies ServiceMessage);
  }

  /** Asks for a successor; false when there will be none. */
  leave(): boolean {
    if (!this.succeeds || !process.connected) return false;
    process.send?.({ leaving: true } satisfies ServiceMessage);
    return true;
  }
}
