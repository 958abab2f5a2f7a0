import { LRUCache } from 'lru-cache';
import type { AnswerHead } from '@pontage/contracts/egress-worker';

/** An answer that was given before. */
export interface StoredAnswer {
  readonly head: AnswerHead;
  readonly body: Buffer;
}

const maxBytes = 64 * 1024 * 1024;
/** The longest body that is kept. */
export const maxBodyBytes = 1024 * 1024;
/** What an entry takes besides its body and headers. */
const entryBytes = 512;

/**
 * Answers to saved queries, each kept as long as its query says, in the memory of this process: nothing of an upstream is
 * stored. While an answer is on its way, whoever asks for the same waits for it.
 */
export class AnswerCache {
  private readonly stored = new LRUCache<string, StoredAnswer>({
    maxSize: maxBytes,
    sizeCalculation: ({ head, body }) => entryBytes + body.length + JSON.stringify(head.headers).length,
  });
  private readonly coming = new Map<string, Promise<StoredAnswer | undefined>>();

  /**
   * The answer that is here, or the one that is on its way; undefined when there is none, or when what was on its way has
   * come to nothing or takes longer than `withinMs`.
   */
  async find(key: string, withinMs: number): Promise<StoredAnswer | undefined> {
    const stored = this.stored.get(key);
    const coming = this.coming.get(key);
    if (stored !== undefined || coming === undefined) return stored;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), withinMs)));
    return Promise.race([coming, late]).finally(() => clearTimeout(timer));
  }

  /** Says that an answer is on its way. The returned function ends that, with the answer if it is to be kept. */
  begin(key: string, seconds: number): (answer: StoredAnswer | undefined) => void {
    let resolve: (answer: StoredAnswer | undefined) => void = () => undefined;
    const coming = new Promise<StoredAnswer | undefined>((settle) => (resolve = settle));
    if (!this.coming.has(key)) this.coming.set(key, coming);
    return (answer) => {
      if (answer !== undefined) this.stored.set(key, answer, { ttl: seconds * 1_000 });
      if (this.coming.get(key) === coming) this.coming.delete(key);
      resolve(answer);
    };
  }
}
