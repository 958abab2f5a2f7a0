/** An origin that is asked with some credential; what is remembered of one is never used for another. */
export interface Acquaintance {
  /** The name of its lease. */
  readonly credential: string;
  readonly url: string;
}

interface Remembered {
  readonly value: unknown;
  /** On this process's own monotonic clock. */
  readonly usedAt: number;
}

const maxRemembered = 10_000;
const forgetAfterMs = 60 * 60_000;

/**
 * What upstreams have said to credentials, as their auth methods keep it: a Digest's nonce and how often it was used. It is
 * of this process alone, so that two processes never count the same nonce, and holds no secret. Reading and replacing it
 * within one turn of the event loop makes it whole for concurrent queries.
 */
export class ChallengeMemory {
  /** The longest unused first. */
  private readonly remembered = new Map<string, Remembered>();

  /** What was noted last. */
  recall(of: Acquaintance): unknown {
    return this.remembered.get(nameOf(of))?.value;
  }

  /** Keeps a value, or forgets it when it is undefined. */
  note(of: Acquaintance, value: unknown): void {
    const name = nameOf(of);
    this.remembered.delete(name);
    if (value !== undefined) this.remembered.set(name, { value, usedAt: performance.now() });
    this.sweep();
  }

  private sweep(): void {
    const oldest = performance.now() - forgetAfterMs;
    for (const [name, { usedAt }] of this.remembered) {
      if (usedAt > oldest && this.remembered.size <= maxRemembered) return;
      this.remembered.delete(name);
    }
  }
}

const nameOf = ({ credential, url }: Acquaintance): string => `${credential} ${new URL(url).origin}`;
