import { randomId, refusalIn, type Bus } from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { recordedSubject } from '@pontage/contracts/egress-worker';
import { queryIntentSubject, type QueryIntent } from '@pontage/contracts/events';
import { auditUnavailable } from '@pontage/problems';

/** Intents that share a message, and so an acknowledgement. */
interface Batch {
  /** Whom the stream tells: a worker, or this process. */
  readonly reader: string;
  readonly id: string;
  /** Where the stream tells it. */
  readonly reply: string;
  readonly texts: string[];
  length: number;
  /** Of intents that this process acts on: settles with the acknowledgement. */
  readonly acknowledged: Promise<void> | undefined;
}

const mostIntents = 64;
/** JSON text that shares a message, in UTF-16 units: three bytes each at most, of the bus's megabyte. */
const mostText = 256 * 1024;
const ackMs = 2_000;
const self = 'this process';

/**
 * Nothing leaves before the stream has the intent of it. The stream tells whoever acts on an intent, and not the one who wrote it:
 * a dispatch leaves along with its intent, and its worker waits for the acknowledgement (decision 39). Intents of one turn of
 * the event loop that are for the same reader share a message.
 */
export class AuditGate {
  private gathering: Batch[] = [];

  constructor(private readonly bus: Pick<Bus, 'connection' | 'replies'>) {}

  /** Sends the intent of a dispatch to this worker. @returns its batch, by which the stream tells the worker of it */
  record(intent: QueryIntent, region: string, worker: string): string {
    const text = JSON.stringify(intent);
    const open = (): Batch => {
      const id = randomId();
      const reply = subjectOf(recordedSubject, { region, worker, batch: id });
      return { reader: worker, id, reply, texts: [], length: 0, acknowledged: undefined };
    };
    return this.gather(text, worker, open).id;
  }

  /**
   * Resolves when the stream has the intent of what this process does itself.
   * @throws Problem `audit-unavailable`; then nothing may be done.
   */
  async pass(intent: QueryIntent): Promise<void> {
    const text = JSON.stringify(intent);
    try {
      await this.gather(text, self, () => this.openOwn()).acknowledged;
    } catch (cause) {
      throw auditUnavailable({}, { cause });
    }
  }

  private gather(text: string, reader: string, open: () => Batch): Batch {
    if (this.gathering.length === 0) process.nextTick(() => this.flush());
    let batch = this.gathering.findLast((each) => each.reader === reader);
    if (batch === undefined || batch.texts.length === mostIntents || batch.length + text.length > mostText) {
      batch = open();
      this.gathering.push(batch);
    }
    batch.texts.push(text);
    batch.length += text.length;
    return batch;
  }

  private flush(): void {
    const gathered = this.gathering;
    this.gathering = [];
    // Of one that cannot be sent its reader hears nothing, and does nothing.
    if (this.bus.connection.isClosed()) return;
    for (const { texts, reply } of gathered)
      this.bus.connection.publish(queryIntentSubject, `[${texts.join(',')}]`, { reply });
  }

  private openOwn(): Batch {
    const { replies } = this.bus;
    let reply = '';
    const acknowledged = new Promise<void>((resolve, reject) => {
      const end = (failure?: string): void => {
        clearTimeout(timer);
        inbox.close();
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      };
      const timer = setTimeout(() => end(`the stream has not acknowledged it within ${ackMs} ms`), ackMs);
      const inbox = replies.expect((message) => end(refusalIn(message)));
      reply = inbox.subject;
    });
    return { reader: self, id: reply, reply, texts: [], length: 0, acknowledged };
  }
}
