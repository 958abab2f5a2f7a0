import { createHash } from 'node:crypto';
import type { DispatchTls } from '@pontage/contracts/egress-worker';
import { Connection } from './connection.js';
import type { Dialer } from './dialer.js';

const defaults = { maxIdle: 256, bodyIdleMs: 30_000 };

/**
 * Connections that wait for the next request of the same organisation to the same origin under the same TLS settings:
 * what one resource trusts is not trusted for another. No other organisation gets them, and each was dialled under the policy. The one that has waited longest goes first when there are too many.
 */
export class Connections {
  private readonly idle = new Map<string, Connection[]>();
  private readonly byAge = new Set<Connection>();

  constructor(
    private readonly dialer: Dialer,
    /** How many wait at most, and how long an upstream may be silent in the middle of a body. */
    private readonly limits: Partial<typeof defaults> = {},
  ) {}

  /** A connection for one request. `fresh` asks for one that has carried none: a request that cannot be sent twice. */
  take(org: string, origin: string, fresh: boolean, tls?: DispatchTls): Connection {
    const key = `${org} ${origin} ${tlsKey(tls)}`;
    const idle = fresh ? undefined : this.idle.get(key);
    const waiting = idle?.pop();
    if (idle?.length === 0) this.idle.delete(key);
    if (waiting === undefined) {
      const { dialer, limits } = this;
      const { bodyIdleMs = defaults.bodyIdleMs } = limits;
      return new Connection(key, { origin, tls, dialer, bodyIdleMs }, (connection) => this.lost(connection));
    }
    this.byAge.delete(waiting);
    waiting.reused = true;
    return waiting;
  }

  /** Takes a connection back after a request that ended well. */
  giveBack(connection: Connection): void {
    const waiting = this.idle.get(connection.key);
    if (waiting === undefined) this.idle.set(connection.key, [connection]);
    else waiting.push(connection);
    this.byAge.add(connection);
    const [oldest] = this.byAge;
    if (this.byAge.size > (this.limits.maxIdle ?? defaults.maxIdle) && oldest !== undefined) this.lost(oldest);
  }

  /** How many wait. */
  get size(): number {
    return this.byAge.size;
  }

  /** Ends those that wait. */
  close(): void {
    for (const connection of [...this.byAge]) this.lost(connection);
  }

  private lost(connection: Connection): void {
    if (!this.byAge.has(connection)) return;
    this.forget(connection);
    connection.destroy(new Error('the connection is not needed any more'));
  }

  private forget(connection: Connection): void {
    this.byAge.delete(connection);
    const left = this.idle.get(connection.key)?.filter((each) => each !== connection) ?? [];
    if (left.length === 0) this.idle.delete(connection.key);
    else this.idle.set(connection.key, left);
  }
}

/** A digest of settings, which are long and may hold a private key. */
const tlsKey = (tls: DispatchTls | undefined): string => {
  if (tls === undefined) return '';
  const { allowSelfSigned, ca, client } = tls;
  const parts = JSON.stringify([allowSelfSigned, ca, client?.certificate ?? null, client?.key ?? null]);
  return createHash('sha256').update(parts).digest('base64');
};
