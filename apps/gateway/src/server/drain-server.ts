import type { Server, ServerResponse } from 'node:http';
// A timer runs before a busy process has read what came in meanwhile: only after a poll is known which connections are idle.
import { setImmediate as polled, setTimeout as sleep } from 'node:timers/promises';
import { Numbered } from '@pontage/in-hand';
import type { FastifyInstance } from 'fastify';

const sweepMs = 25;
/** How long connections are ended by their next answer, before those that wait for nothing are closed. */
const politeMs = 2_000;
/** How long what was accepted last has to ask for something. */
const lastAcceptedMs = 500;

/** Ends the HTTP server of a fastify instance without cutting off a request that is being answered. */
export class ServerDrain {
  private readonly inflight = new Numbered<ServerResponse>();
  private draining = false;

  constructor(private readonly fastify: FastifyInstance) {
    fastify.addHook('onRequest', (_request, { raw }, done) => {
      const number = this.inflight.add(raw);
      if (this.draining) endConnection(raw);
      raw.once('close', () => this.inflight.take(number));
      done();
    });
  }

  /**
   * Ends connections with their next answer, then accepts no new ones, closes those that wait for nothing, and after
   * `withinMs` the others too: one that is idle would otherwise keep the server open for a minute and more. A connection
   * in use is not closed under a request that is on its way.
   */
  async drain(close: () => Promise<void>, withinMs: number): Promise<void> {
    const { server } = this.fastify;
    const deadline = performance.now() + withinMs;
    this.draining = true;
    for (const answer of this.inflight) endConnection(answer);
    if (await hasConnections(server)) await sleep(Math.min(politeMs, withinMs));
    // What is idle is closed along.
    await polled();
    server.close();
    const leftMs = Math.max(0, deadline - performance.now());
    if (await hasConnections(server)) await sleep(Math.min(lastAcceptedMs, leftMs));
    await this.closeIdle(deadline);
    const sweep = setInterval(() => void this.closeIdle(deadline), sweepMs);
    await close().finally(() => clearInterval(sweep));
  }

  private async closeIdle(deadline: number): Promise<void> {
    await polled();
    const { server } = this.fastify;
    if (this.inflight.size === 0 || performance.now() > deadline) server.closeAllConnections();
    else server.closeIdleConnections();
  }
}

/** Its client does not send another request on the same connection, if the answer's head has not gone yet. */
function endConnection(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('connection', 'close');
}

const hasConnections = (server: Server): Promise<boolean> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error !== null || count > 0)));
