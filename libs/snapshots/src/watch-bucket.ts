import { DeliverPolicy, type ConsumerMessages, type JetStreamClient } from '@nats-io/jetstream';

/**
 * The newest value of every key of a bucket, and then each change, in order. As the KV client watches, but that the server
 * keeps this reader's place in memory: it writes a file for each place it keeps on disk, and ticks move the place all
 * the time. What is in memory is gone when the server was, so a reader asks anew when it is connected again.
 * @throws Error when nobody has made the bucket
 */
export async function watchBucket(jetstream: JetStreamClient, name: string): Promise<ConsumerMessages> {
  const place = {
    filter_subjects: `${keyPrefix(name)}>`,
    deliver_policy: DeliverPolicy.LastPerSubject,
    mem_storage: true,
  };
  const consumer = await jetstream.consumers.getPushConsumer(`KV_${name}`, place);
  return consumer.consume();
}

/** What stands before the keys of a bucket in the subjects of its messages. */
export const keyPrefix = (name: string): string => `$KV.${name}.`;
