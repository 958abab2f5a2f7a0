import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Logger } from '@pontage/telemetry';
import { ackWaitMs, type EventStream } from './event-stream.js';
import type { Recorder } from './recorder.js';

/** Messages in one round, and so in one transaction of each organisation. */
const maxBatch = 500;
/**
 * Batches of a busy stream begin no sooner after one another: a batch costs as much as some dozens of its events, and a
 * query whose intent and outcome are in the same one is never written down as open.
 */
const batchEveryMs = 100;
const stillAtItMs = ackWaitMs / 3;
const reopenMs = 500;
/** After an outage the client tries again in steps of `expires`, half a minute by default: too long for a record that is read. */
const pull = { max_messages: maxBatch, expires: 2_000, idle_heartbeat: 500 } as const;

/**
 * Takes messages from the stream and acknowledges each once it is committed. What comes after a quiet time is taken at
 * once; what came while the last batch was written, and a moment after it began, makes the next.
 */
export class StreamConsumer {
  private readonly stopping = new AbortController();
  private readonly waiting: JsMsg[] = [];
  private inHand: readonly JsMsg[] = [];
  private messages: ConsumerMessages | undefined;
  private work: Promise<void> = Promise.resolve();
  private busy = false;
  private begunAt = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly stream: EventStream,
    private readonly recorder: Recorder,
    private readonly logger: Logger,
  ) {
    this.timer = setInterval(() => this.sayStillAtIt(), stillAtItMs).unref();
  }

  /** Begins where the last process left off. */
  async start(): Promise<void> {
    this.messages = await this.open();
    void this.keepOpen(this.messages);
  }

  /** Stops taking messages, finishes the batch in hand if it can, and gives the rest back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await this.messages?.close();
    await this.work;
    for (const message of this.waiting.splice(0)) message.nak();
  }

  private async open(): Promise<ConsumerMessages> {
    const consumer = await this.stream.consumer();
    return consumer.consume({
      ...pull,
      callback: (message) => {
        this.waiting.push(message);
        this.wake();
      },
    });
  }

  /** A consumption that ends by itself, as it does when the server has lost the consumer, is begun again. */
  private async keepOpen(messages: ConsumerMessages): Promise<void> {
    const ended = await messages.closed();
    if (this.stopping.signal.aborted) return;
    this.logger.warn({ err: ended }, 'the event stream is consumed anew');
    await sleep(reopenMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    try {
      await this.start();
    } catch (error) {
      this.logger.error({ err: error }, 'the event stream cannot be consumed');
      void this.keepOpen(messages);
    }
  }

  private wake(): void {
    if (this.busy) return;
    this.busy = true;
    this.work = this.drain().finally(() => (this.busy = false));
  }

  private async drain(): Promise<void> {
    // A turn of the event loop lets the rest of what has arrived come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0 && !this.stopping.signal.aborted) {
      await this.gather();
      if (this.stopping.signal.aborted) return;
      const batch = this.waiting.splice(0, maxBatch);
      this.inHand = batch;
      try {
        await this.recorder.record(batch.map(toStreamMessage), this.stopping.signal);
        for (const message of batch) message.ack();
      } catch (error) {
        // Only the stop ends a batch early; its messages come again.
        this.logger.warn({ err: error, messages: batch.length }, 'a batch was not finished');
        for (const message of batch) message.nak();
      }
      this.inHand = [];
    }
  }

  private async gather(): Promise<void> {
    const restMs = this.begunAt + batchEveryMs - performance.now();
    if (restMs > 0 && this.waiting.length < maxBatch)
      await sleep(restMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    this.begunAt = performance.now();
  }

  private sayStillAtIt(): void {
    for (const message of [...this.inHand, ...this.waiting]) message.working();
  }
}

const toStreamMessage = ({ subject, data, seq, info }: JsMsg) => ({
  subject,
  data,
  seq,
  deliveries: info.deliveryCount,
});
