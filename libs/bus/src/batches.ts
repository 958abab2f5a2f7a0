import type { PresenceRecord } from './presence-record.js';
import type { Bus } from './bus.js';
import { mostBatchBytes } from './frames/batch.js';
import { sealBatch } from './frames/sealed.js';
import { isNoResponders, type ReplyInbox } from './replies.js';

/** Who hears of messages that did not get anywhere. */
export interface BatchEvents {
  /** Nobody was there to take it, and nobody has: `instance` is gone. */
  untaken(id: string, instance: string): void;
  /** It could not be sent. */
  failed(id: string, error: unknown): void;
}

interface Batch {
  readonly to: PresenceRecord;
  readonly subject: string;
  readonly ids: string[];
  readonly messages: Uint8Array[];
  bytes: number;
}

/** A batch is some milliseconds of its reader's time. */
const mostMessages = 64;
/** How long is gathered what the server will have spoken of. */
const settleMs = 100;

/**
 * Sealed messages to other processes. What is for the same one in the same turn of the event loop shares a box and a message of
 * the bus (decision 38).
 */
export class SealedBatches {
  private gathering: Batch[] = [];
  private unsettled: ReplyInbox[] = [];

  constructor(
    private readonly bus: Pick<Bus, 'connection' | 'channels' | 'replies'>,
    private readonly events: BatchEvents,
  ) {}

  /**
   * Sends a message behind those that are gathered for the same process.
   * @param id by which {@link BatchEvents} speak of it: nothing of what it stands for is kept here
   * @param message as `encodeMessage` makes it
   */
  send(to: PresenceRecord, subject: string, id: string, message: Uint8Array): void {
    // Behind everything that is ready now, promises included.
    if (this.gathering.length === 0) process.nextTick(() => this.flush());
    const { length } = message;
    let batch = this.gathering.findLast((each) => each.subject === subject);
    if (batch === undefined || !hasRoomFor(batch, length)) {
      batch = { to, subject, ids: [], messages: [], bytes: 0 };
      this.gathering.push(batch);
    }
    batch.ids.push(id);
    batch.messages.push(message);
    batch.bytes += length;
  }

  /** Sends what is gathered. */
  flush(): void {
    const gathered = this.gathering;
    this.gathering = [];
    for (const batch of gathered) {
      try {
        this.post(batch);
      } catch (error) {
        for (const id of batch.ids) this.events.failed(id, error);
      }
    }
  }

  private post({ to, subject, ids, messages }: Batch): void {
    const { connection, channels, replies } = this.bus;
    const box = sealBatch(channels, to.key, subject, messages);
    const inbox = replies.expect((message) => {
      inbox.close();
      if (isNoResponders(message)) for (const id of ids) this.events.untaken(id, to.instance);
    });
    if (this.unsettled.length === 0) setTimeout(() => void this.settle(), settleMs).unref();
    this.unsettled.push(inbox);
    connection.publish(subject, box, { reply: inbox.subject });
  }

  /** Of what nobody took the server has said so before it answers a ping that came later. */
  private async settle(): Promise<void> {
    const unsettled = this.unsettled;
    this.unsettled = [];
    await this.bus.connection.flush().catch(() => undefined);
    for (const inbox of unsettled) inbox.close();
  }
}

const hasRoomFor = ({ messages, bytes }: Batch, length: number): boolean =>
  messages.length < mostMessages && bytes + length <= mostBatchBytes;
