import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { eventStream, type AuditDraft } from '@pontage/contracts/events';
import type { sessions } from '@pontage/contracts/snapshots';
import type { SnapshotWatch } from '@pontage/snapshots';
import type { Stack } from '@pontage/testkit';
import pg from 'pg';

/** Resolves when the watch no longer has a session, as a gateway's would; the milliseconds that it took. */
export async function gone(watch: SnapshotWatch<typeof sessions>, tokenHash: string): Promise<number> {
  const start = performance.now();
  const over = await watch.until(() => (watch.get(tokenHash) === undefined ? true : undefined), 10_000);
  if (over === undefined) throw new Error('the session is still there');
  return performance.now() - start;
}

/** The events of an organisation that the stream holds, oldest first. */
export async function eventsOf(stack: Stack, org: string): Promise<AuditDraft[]> {
  const consumer = await jetstream(await stack.operator()).consumers.get(eventStream.name, {
    filter_subjects: ['v1.events.>'],
  });
  const { num_pending } = await consumer.info();
  const events: AuditDraft[] = [];
  if (num_pending === 0) return events;
  for await (const message of await consumer.fetch({ max_messages: num_pending, expires: 5_000 }))
    events.push(message.json<AuditDraft>());
  return events.filter((event) => event.org === org);
}

/** Somebody who may do anything to the database. */
export async function connectSuperuser(stack: Stack): Promise<pg.Client> {
  const url = new URL(stack.postgres.superuserUrl);
  url.pathname = '/pontage';
  const client = new pg.Client(url.href);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SET search_path = embed_session');
  return client;
}

const withinMs = 20_000;
const askEveryMs = 20;

/** What `ask` finds, asked until it finds something; undefined when it never does. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined || Date.now() > deadline) return found;
    await sleep(askEveryMs);
  }
}
