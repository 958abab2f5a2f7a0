import { encodeFrame, publishReplies, type Reply } from '@pontage/bus';
import type { Receipt } from '@pontage/contracts/egress-worker';
import { queryOutcomeSubject, type QueryOutcome } from '@pontage/contracts/events';
import type { NatsConnection } from '@nats-io/transport-node';

/** One dispatch that has ended. */
export interface Closing {
  /** Absent when the record does not have its intent. */
  readonly outcome: QueryOutcome | undefined;
  readonly receipt: Receipt;
  /** The receipt as a sealed frame, when it says what is for the sender alone. */
  readonly sealedReceipt: Uint8Array | undefined;
  /** The process that sent the dispatch, and where it takes receipts. */
  readonly sender: string;
  readonly reply: string;
  /** Makes the last frame; undefined: there is nobody to whom it could go. */
  readonly last: () => Reply | undefined;
}

/** So many outcomes or receipts go into one message: some hundred bytes each, of the bus's megabyte. */
const batchSize = 500;

/**
 * Closes dispatches: first the outcomes for the audit record, then the last frames, then the receipts. All go over one
 * connection, which keeps that order, and what ends in the same turn of the event loop shares a message.
 */
export class Ledger {
  private closings: Closing[] = [];

  constructor(private readonly connection: NatsConnection) {}

  close(closing: Closing): void {
    if (this.closings.length === 0) setImmediate(() => this.flush());
    this.closings.push(closing);
  }

  /** Writes what has not been written yet. */
  flush(): void {
    const closings = this.closings;
    this.closings = [];
    if (this.connection.isClosed()) return;
    const outcomes = closings.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
    for (const batch of batches(outcomes)) this.connection.publish(queryOutcomeSubject, JSON.stringify(batch));
    // What the sender learns from this answer it knows before its caller can ask again.
    for (const { reply, sealedReceipt } of closings)
      if (sealedReceipt !== undefined) this.connection.publish(reply, sealedReceipt);
    publishReplies(
      this.connection,
      closings.flatMap(({ last }) => last() ?? []),
    );
    for (const ofSender of bySender(closings.filter(({ sealedReceipt }) => sealedReceipt === undefined))) {
      for (const batch of batches(ofSender)) {
        const [first] = batch;
        if (first === undefined) continue;
        const receipts = batch.map(({ receipt }) => receipt);
        this.connection.publish(first.reply, encodeFrame('receipts', first.receipt.attempt, { receipts }));
      }
    }
  }
}

function bySender(closings: readonly Closing[]): Iterable<Closing[]> {
  const groups = new Map<string, Closing[]>();
  for (const closing of closings) {
    const group = groups.get(closing.sender);
    if (group === undefined) groups.set(closing.sender, [closing]);
    else group.push(closing);
  }
  return groups.values();
}

function batches<T>(all: readonly T[]): (readonly T[])[] {
  if (all.length <= batchSize) return all.length === 0 ? [] : [all];
  return Array.from({ length: Math.ceil(all.length / batchSize) }, (_, index) =>
    all.slice(index * batchSize, (index + 1) * batchSize),
  );
}
