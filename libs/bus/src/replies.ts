import { randomFillSync } from 'node:crypto';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { InHand } from '@pontage/in-hand';

/** One expected answer, or a stream of them. */
export interface ReplyInbox {
  /** The subject to name as the reply. */
  readonly subject: string;
  close(): void;
}

/**
 * Many replies over one long-lived subscription: a subscription, or a promise of the client's, per request costs more
 * than the request. Ids are 128 random bits, because whoever may publish below the prefix could guess a counter.
 */
export class Replies {
  private readonly open = new InHand<string, (message: Msg) => void>();
  private readonly subscription: Subscription;

  /** @param prefix below which this connection's user may subscribe; nobody else uses it. */
  constructor(
    connection: NatsConnection,
    private readonly prefix: string,
  ) {
    this.subscription = connection.subscribe(`${prefix}.*`, {
      callback: (error, message) => {
        if (error === null) this.open.get(message.subject.slice(prefix.length + 1))?.(message);
      },
    });
  }

  /** Expects answers until it is closed. */
  expect(take: (message: Msg) => void): ReplyInbox {
    const id = randomId();
    this.open.set(id, take);
    return { subject: `${this.prefix}.${id}`, close: () => void this.open.take(id) };
  }

  /** How many are expected now. */
  get size(): number {
    return this.open.size;
  }

  stop(): void {
    this.subscription.unsubscribe();
  }
}

/** True for the server's word that nobody listens on the subject that was asked. */
export const isNoResponders = (message: Msg): boolean => message.data.length === 0 && message.headers?.code === 503;

const idBytes = 16;
/** Asking for random bytes costs the same for one id as for many. */
const randomPool = Buffer.alloc(256 * idBytes);
let taken = randomPool.length;

function randomId(): string {
  if (taken === randomPool.length) {
    randomFillSync(randomPool);
    taken = 0;
  }
  taken += idBytes;
  return randomPool.toString('base64url', taken - idBytes, taken);
}
