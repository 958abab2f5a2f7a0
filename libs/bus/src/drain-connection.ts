import type { NatsConnection } from '@nats-io/transport-node';

const drainMs = 5_000;

/** A server that is away cannot take what is left: the connection is closed instead of waiting for its return. */
export async function drainConnection(connection: NatsConnection): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const gaveUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, drainMs)));
  await Promise.race([connection.drain().catch(() => undefined), gaveUp]);
  clearTimeout(timer);
  if (!connection.isClosed()) await connection.close();
}
