import { connect, type NatsConnection } from '@nats-io/transport-node';
import { PermissionViolationError } from '@nats-io/nats-core';
import type { Logger } from '@pontage/telemetry';

/** How to reach the bus, and as whom. */
export interface BusAddress {
  /** One or more `nats://` URLs, separated by commas. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** What the server's monitoring calls the connection. */
  readonly name: string;
  readonly inboxPrefix: string;
  readonly logger: Logger;
}

/**
 * Connects to NATS and stays connected: an outage is waited out, however long it takes.
 * A permission violation is reported by the server on the connection, not on the publish that caused it; it is an
 * error of ours, and with PONTAGE_BUS_STRICT=1 (every test) it ends the process.
 */
export async function connectNats(address: BusAddress): Promise<NatsConnection> {
  const connection = await connect({
    servers: address.url.split(','),
    user: address.user,
    pass: address.password,
    name: address.name,
    inboxPrefix: address.inboxPrefix,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 50,
    waitOnFirstConnect: true,
    timeout: 5_000,
    pingInterval: 10_000,
    noEcho: false,
    // A stack for each request, in case it fails, costs more than the request's own code.
    noAsyncTraces: true,
  });
  void watchStatus(connection, address.logger);
  return connection;
}

async function watchStatus(connection: NatsConnection, logger: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect' || status.type === 'reconnect')
      logger.warn({ server: status.server }, `bus ${status.type}`);
    if (status.type !== 'error') continue;
    logger.error({ err: status.error }, 'bus error');
    if (status.error instanceof PermissionViolationError && process.env.PONTAGE_BUS_STRICT === '1') {
      process.nextTick(() => {
        throw status.error;
      });
    }
  }
}
