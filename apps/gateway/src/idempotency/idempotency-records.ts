/** One record and the revision that a conditional write has to name. */
export interface Kept {
  /** Undefined: it was removed, and its revision is the removal's. */
  readonly text: string | undefined;
  readonly revision: number;
}

/** What the gateways remember together of idempotency keys. */
export abstract class IdempotencyRecords {
  /** The record of a key; undefined when there is none. */
  abstract find(key: string): Promise<Kept | undefined>;
  /** Writes a record when its revision is still this one (0: when there is none). The new revision, or undefined when somebody was faster. */
  abstract write(key: string, text: string, revision: number): Promise<number | undefined>;
  /** Keeps an answer that holds a secret, for ten minutes. */
  abstract keepSecret(key: string, text: string): Promise<void>;
  /** The kept secret answer, as long as it is kept. */
  abstract findSecret(key: string): Promise<string | undefined>;
}
