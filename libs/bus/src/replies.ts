import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { InHand } from '@pontage/in-hand';
import { decodeBatch, encodeBatch, mostBatchBytes } from './frames/batch.js';
import { randomId } from './random-id.js';

/** An answer: a message of the bus, or one of several that came in one. */
export type Reply = Pick<Msg, 'subject' | 'data'> & Partial<Pick<Msg, 'headers'>>;

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
  private readonly open = new InHand<string, (message: Reply) => void>();
  private readonly subscription: Subscription;

  /** @param prefix below which this connection's user may subscribe; nobody else uses it. */
  constructor(
    connection: NatsConnection,
    readonly prefix: string,
  ) {
    this.subscription = connection.subscribe(`${prefix}.*`, {
      callback: (error, message) => {
        if (error === null) this.take(message);
      },
    });
  }

  /** Hands an answer, or several in one, to those who expect it. */
  take(message: Reply): void {
    const { prefix, open } = this;
    const id = message.subject.slice(prefix.length + 1);
    if (id !== several) open.get(id)?.(message);
    else for (const each of splitReplies(prefix, message.data)) open.get(each.id)?.(each);
  }

  /** Expects answers until it is closed. */
  expect(take: (message: Reply) => void): ReplyInbox {
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
export const isNoResponders = (message: Reply): boolean => message.data.length === 0 && message.headers?.code === 503;

/** The place of an id, for a message with the answers to several inboxes: no id is as short. */
const several = 'several';

/** Publishes answers; those to inboxes of one process share messages, and keep their order. */
export function publishReplies(connection: NatsConnection, replies: readonly Reply[]): void {
  const gathered = new Map<string, { replies: Reply[]; bytes: number }>();
  const publish = (prefix: string, { replies: together }: { readonly replies: readonly Reply[] }): void => {
    const [only, ...others] = together;
    if (only !== undefined && others.length === 0) connection.publish(only.subject, only.data);
    else connection.publish(`${prefix}.${several}`, encodeBatch(together.map(named)));
  };
  for (const reply of replies) {
    const prefix = reply.subject.slice(0, reply.subject.lastIndexOf('.'));
    const before = gathered.get(prefix);
    if (before !== undefined && before.bytes + reply.data.length <= mostBatchBytes) {
      before.replies.push(reply);
      before.bytes += reply.data.length;
      continue;
    }
    if (before !== undefined) publish(prefix, before);
    gathered.set(prefix, { replies: [reply], bytes: reply.data.length });
  }
  for (const [prefix, group] of gathered) publish(prefix, group);
}

/** `length of the id 1 · id · data`. */
function named({ subject, data }: Reply): Uint8Array {
  const id = subject.slice(subject.lastIndexOf('.') + 1);
  const bytes = Buffer.allocUnsafe(1 + id.length + data.length);
  bytes[0] = id.length;
  bytes.write(id, 1, 'latin1');
  bytes.set(data, 1 + id.length);
  return bytes;
}

/** What is no message of this kind says nothing. */
function splitReplies(prefix: string, data: Uint8Array): (Reply & { readonly id: string })[] {
  try {
    return decodeBatch(data).map((part) => {
      const end = 1 + (part[0] ?? 0);
      const { buffer, byteOffset, byteLength } = part.subarray(1, end);
      const id = Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
      return { id, subject: `${prefix}.${id}`, data: part.subarray(end) };
    });
  } catch {
    return [];
  }
}
