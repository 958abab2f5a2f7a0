import { isNoResponders, type Bus, type Reply } from '@pontage/bus';
import { queryIntentSubject, type QueryIntent } from '@pontage/contracts/events';
import { auditUnavailable } from '@pontage/problems';

interface Waiting {
  readonly intent: QueryIntent;
  readonly pass: () => void;
  readonly refuse: (error: Error) => void;
}

const batchSize = 64;
const maxWaiting = 4_096;
const ackMs = 2_000;

/**
 * Nothing is dispatched before the stream has acknowledged the batch that holds its intent. Batches form by themselves:
 * while one is on its way the next one gathers, so a lone caller waits one round trip and many share one.
 */
export class AuditGate {
  private waiting: Waiting[] = [];
  private sending = false;

  constructor(private readonly bus: Pick<Bus, 'connection' | 'replies'>) {}

  /** Resolves when the intent is in the stream. @throws Problem `audit-unavailable`; then nothing may be sent. */
  pass(intent: QueryIntent): Promise<void> {
    if (this.waiting.length >= maxWaiting)
      return Promise.reject(auditUnavailable({}, { note: 'too many intents are waiting' }));
    return new Promise((pass, refuse) => {
      this.waiting.push({ intent, pass, refuse });
      if (!this.sending) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.sending = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, batchSize);
      this.waiting = this.waiting.slice(batchSize);
      await this.send(batch);
    }
    this.sending = false;
  }

  private async send(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.publish(JSON.stringify(batch.map(({ intent }) => intent)));
      for (const { pass } of batch) pass();
    } catch (cause) {
      for (const { refuse } of batch) refuse(auditUnavailable({}, { cause }));
    }
  }

  /**
   * Resolves with the stream's acknowledgement. The client's own `publish` makes an error with its stack for each that it
   * may have to reject, and headers.
   */
  private publish(intents: string): Promise<void> {
    const { connection, replies } = this.bus;
    return new Promise((resolve, reject) => {
      const end = (failure?: string): void => {
        clearTimeout(timer);
        inbox.close();
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      };
      const timer = setTimeout(() => end(`the stream has not acknowledged it within ${ackMs} ms`), ackMs);
      const inbox = replies.expect((message) => end(refusalIn(message)));
      try {
        connection.publish(queryIntentSubject, intents, { reply: inbox.subject });
      } catch (error) {
        end(error instanceof Error ? error.message : String(error));
      }
    });
  }
}

/** Why the stream has not taken it; undefined when it has. @see https://docs.nats.io/reference/reference-protocols/nats_api_reference#publish */
function refusalIn(message: Reply): string | undefined {
  if (isNoResponders(message)) return 'there is no stream to write to';
  const { stream, error } = JSON.parse(Buffer.from(message.data).toString()) as {
    readonly stream?: string;
    readonly error?: { readonly description: string };
  };
  if (error !== undefined) return error.description;
  return typeof stream === 'string' && stream !== '' ? undefined : 'the stream has answered with something else';
}
