import type { FastifyInstance } from 'fastify';

const sweepMs = 25;

/** Ends the HTTP server of a fastify instance without cutting off a request that is being answered. */
export class ServerDrain {
  private inflight = 0;

  constructor(private readonly fastify: FastifyInstance) {
    fastify.addHook('onRequest', (_request, reply, done) => {
      this.inflight += 1;
      reply.raw.once('close', () => (this.inflight -= 1));
      done();
    });
  }

  /**
   * Refuses new connections, closes those that wait for nothing, and after `withinMs` the others too. A connection that
   * falls idle later, or never asked anything, would otherwise keep the server open for a minute and more.
   */
  async drain(close: () => Promise<void>, withinMs: number): Promise<void> {
    const server = this.fastify.server;
    const deadline = performance.now() + withinMs;
    const sweep = setInterval(() => {
      if (this.inflight === 0 || performance.now() > deadline) server.closeAllConnections();
      else server.closeIdleConnections();
    }, sweepMs);
    await close().finally(() => clearInterval(sweep));
  }
}
