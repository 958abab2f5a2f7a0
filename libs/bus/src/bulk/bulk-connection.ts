import type { NatsConnection } from '@nats-io/transport-node';
import { drainConnection } from '../drain-connection.js';
import type { Replies } from '../replies.js';
import type { PipeServer } from './pipe-server.js';

/** A second connection for streams, so that a flood of chunks cannot cut off everything else of this process. */
export class BulkConnection {
  constructor(
    readonly connection: NatsConnection,
    /** Expected answers, whichever way they come. */
    readonly replies: Replies,
    private readonly pipe: PipeServer | undefined,
  ) {}

  /** Lets what is on its way arrive, and ends. */
  async drain(): Promise<void> {
    this.pipe?.close();
    await drainConnection(this.connection);
  }
}
