import {
  AckPolicy,
  DiscardPolicy,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type Consumer,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { JetStreamApiError } from '@nats-io/jetstream';
import type { Bus } from '@pontage/bus';
import { eventStream } from '@pontage/contracts/events';

/** The durable consumer that all audit-log processes share. */
const durable = 'audit-log';
const nanosPerMs = 1_000_000;
/** JetStream's `stream not found`. */
const streamNotFound = 10_059;

/** A message that was not acknowledged by then is delivered again; whoever works longer says so. */
export const ackWaitMs = 2_000;
/** Bounded, but far beyond what restarts can use up: after that many, the server would stop offering a message. */
const maxDeliver = 1_000;
/** Messages in hand at most; a query batch holds up to 64 events. */
const maxInHand = 1_000;

/** The stream of all events and this service's place in it. */
export class EventStream {
  private constructor(
    private readonly manager: JetStreamManager,
    private readonly bus: Bus,
  ) {}

  /** Makes the stream and the consumer, or brings them up to date. @param maxBytes -1: as much as the server has */
  static async open(bus: Bus, maxBytes: number): Promise<EventStream> {
    const stream = new EventStream(await jetstreamManager(bus.connection), bus);
    await stream.declare(maxBytes);
    return stream;
  }

  consumer(): Promise<Consumer> {
    return this.bus.jetstream.consumers.get(eventStream.name, durable);
  }

  /** The number of the newest message. */
  async lastSeq(): Promise<number> {
    return (await this.manager.streams.info(eventStream.name)).state.last_seq;
  }

  /** True when every message up to `seq` has been taken and acknowledged, by whichever process. */
  async isPassed(seq: number): Promise<boolean> {
    const { ack_floor, num_pending, num_ack_pending } = await this.manager.consumers.info(eventStream.name, durable);
    return ack_floor.stream_seq >= seq || num_pending + num_ack_pending === 0;
  }

  private async declare(maxBytes: number): Promise<void> {
    const { name, subjects, maxAgeMs } = eventStream;
    const changeable = {
      subjects: [...subjects],
      max_age: maxAgeMs * nanosPerMs,
      max_bytes: maxBytes,
      // Full: whoever publishes hears of it, and nothing that was acknowledged is pushed out.
      discard: DiscardPolicy.New,
      duplicate_window: 2 * 60_000 * nanosPerMs,
    } satisfies Partial<StreamConfig>;
    if (await this.exists()) await this.manager.streams.update(name, changeable);
    else
      await this.manager.streams.add({
        ...changeable,
        name,
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
      });
    await this.manager.consumers.add(name, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ackWaitMs * nanosPerMs,
      max_deliver: maxDeliver,
      max_ack_pending: maxInHand,
    });
  }

  private async exists(): Promise<boolean> {
    try {
      await this.manager.streams.info(eventStream.name);
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === streamNotFound) return false;
      throw error;
    }
  }
}
