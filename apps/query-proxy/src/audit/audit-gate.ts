import { randomId, refusalIn, type Bus } from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { recordedSubject } from '@pontage/contracts/egress-worker';
import { queryIntentSubject, type QueryIntent } from '@pontage/contracts/events';
import { auditUnavailable } from '@pontage/problems';

/** Intents that share a message, and so an acknowledgement. */
interface Batch {
  /** Where the stream tells of it whoever acts on them. */
  readonly reply: string;
  readonly texts: string[];
  length: number;
}

/** One of intents that this process acts on itself. */
interface OwnBatch extends Batch {
  readonly acknowledged: Promise<void>;
}

const mostIntents = 64;
/** JSON text that shares a message, in UTF-16 units: three bytes each at most, of the bus's megabyte. */
const mostText = 256 * 1024;
const maxWaiting = 4_096;
const ackMs = 2_000;

/**
 * Nothing leaves before the stream has the intent of it. The stream tells whoever acts on an intent, and not the one who wrote it:
 * a dispatch leaves along with its intent, and its worker waits for the acknowledgement (decision 39). Intents of one turn of
 * the event loop that are for the same reader share a message.
 */
export class AuditGate {
  private ofWorkers = new Map<string, Batch[]>();
  private own: OwnBatch[] = [];
  private isGathering = false;
  /** Intents of ours of which the stream has said nothing yet. */
  private waiting = 0;

  constructor(private readonly bus: Pick<Bus, 'connection' | 'replies'>) {}

  /** Sends the intent of a dispatch to this worker. @returns its batch, by which the stream tells the worker of it */
  record(intent: QueryIntent, region: string, worker: string): string {
    const batches = this.ofWorkers.get(worker) ?? [];
    this.ofWorkers.set(worker, batches);
    const { reply } = this.gather(intent, batches, () => {
      return { reply: subjectOf(recordedSubject, { region, worker, batch: randomId() }), texts: [], length: 0 };
    });
    return reply.slice(reply.lastIndexOf('.') + 1);
  }

  /**
   * Resolves when the stream has the intent of what this process does itself.
   * @throws Problem `audit-unavailable`; then nothing may be done.
   */
  async pass(intent: QueryIntent): Promise<void> {
    if (this.waiting >= maxWaiting) throw auditUnavailable({}, { note: 'too many intents are waiting' });
    this.waiting += 1;
    try {
      await this.gather(intent, this.own, () => this.openOwn()).acknowledged;
    } catch (cause) {
      throw auditUnavailable({}, { cause });
    } finally {
      this.waiting -= 1;
    }
  }

  private gather<B extends Batch>(intent: QueryIntent, batches: B[], open: () => B): B {
    if (!this.isGathering) process.nextTick(() => this.flush());
    this.isGathering = true;
    const text = JSON.stringify(intent);
    let batch = batches.at(-1);
    if (batch === undefined || batch.texts.length === mostIntents || batch.length + text.length > mostText) {
      batch = open();
      batches.push(batch);
    }
    batch.texts.push(text);
    batch.length += text.length;
    return batch;
  }

  private flush(): void {
    const gathered: Batch[] = [...[...this.ofWorkers.values()].flat(), ...this.own];
    this.ofWorkers = new Map();
    this.own = [];
    this.isGathering = false;
    // Of one that cannot be sent its reader hears nothing, and does nothing.
    if (this.bus.connection.isClosed()) return;
    for (const { texts, reply } of gathered)
      this.bus.connection.publish(queryIntentSubject, `[${texts.join(',')}]`, { reply });
  }

  private openOwn(): OwnBatch {
    let settle: (failure?: string) => void = () => undefined;
    const inbox = this.bus.replies.expect((message) => settle(refusalIn(message)));
    const acknowledged = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => settle(`the stream has not acknowledged it within ${ackMs} ms`), ackMs);
      settle = (failure) => {
        clearTimeout(timer);
        inbox.close();
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      };
    });
    return { reply: inbox.subject, acknowledged, texts: [], length: 0 };
  }
}
