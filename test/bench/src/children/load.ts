import { connect } from '@nats-io/transport-node';
import { Callers } from '../load/callers.js';
import type { LoadOrder, LoadResult } from '../load/load-request.js';
import { Tally } from '../load/tally.js';
import { serveParent } from './child.js';

// The load generator: a process of its own, so that what it costs is nobody else's.

let callers: Callers | undefined;

async function obey(order: LoadOrder): Promise<LoadResult | null> {
  switch (order.type) {
    case 'open':
      callers = new Callers(order.request, order.connections);
      await callers.check();
      return callers.run(order.warmMs);
    case 'run':
      if (callers === undefined) throw new Error('nothing is open');
      return callers.run(order.forMs);
    case 'close':
      await callers?.close();
      callers = undefined;
      return null;
    case 'round-trips':
      return roundTrips(order.url, order.subject, order.forMs);
  }
}

/** A kilobyte there and back, over and over. */
async function roundTrips(url: string, subject: string, forMs: number): Promise<LoadResult> {
  const { username, password, host } = new URL(url);
  const connection = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
  const kilobyte = Buffer.alloc(1_024, 'x');
  await connection.request(subject, kilobyte);
  const tally = new Tally();
  for (const until = performance.now() + forMs; performance.now() < until;) {
    const startedAt = performance.now();
    await connection.request(subject, kilobyte);
    tally.note(performance.now() - startedAt, kilobyte.length);
  }
  const { result } = tally;
  await connection.close();
  return result;
}

serveParent(null, obey);
