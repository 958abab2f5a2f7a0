import type { JetStreamClient } from '@nats-io/jetstream';
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

  constructor(private readonly jetstream: JetStreamClient) {}

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
      await this.jetstream.publish(queryIntentSubject, JSON.stringify(batch.map(({ intent }) => intent)), {
        timeout: ackMs,
      });
      for (const { pass } of batch) pass();
    } catch (cause) {
      for (const { refuse } of batch) refuse(auditUnavailable({}, { cause }));
    }
  }
}
