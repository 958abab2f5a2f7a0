import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

const sweepMs = 25;
/** How long connections are ended by their next answer, before those that wait for nothing are closed. */
const politeMs = 2_000;

/** Ends the HTTP server of a fastify instance without cutting off a request that is being answered. */
export class ServerDrain {
  private inflight = 0;
  private draining = false;

  constructor(private readonly fastify: FastifyInstance) {
    fastify.addHook('onRequest', (_request, reply, done) => {
      this.inflight += 1;
      if (this.draining) reply.raw.setHeader('connection', 'close');
      reply.raw.once('close', () => (this.inflight -= 1));
      done();
    });
  }

  /**
   * Ends connections with their next answer, then refuses new ones, closes those that wait for nothing, and after
   * `withinMs` the others too: one that is idle would otherwise keep the server open for a minute and more. A connection
   * in use is not closed under a request that is on its way.
   */
  async drain(close: () => Promise<void>, withinMs: number): Promise<void> {
    const server = this.fastify.server;
    const deadline = performance.now() + withinMs;
    this.draining = true;
    if (await hasConnections(server)) await sleep(Math.min(politeMs, withinMs));
    const sweep = setInterval(() => {
      if (this.inflight === 0 || performance.now() > deadline) server.closeAllConnections();
      else server.closeIdleConnections();
    }, sweepMs);
    await close().finally(() => clearInterval(sweep));
  }
}

const hasConnections = (server: Server): Promise<boolean> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error !== null || count > 0)));
