import { createHash } from 'node:crypto';
import { Client } from 'undici';
import type { Expected, LoadRequest, LoadResult } from './load-request.js';
import { Tally } from './tally.js';

/** Callers that ask the same thing over and over, each on a connection of its own, one request at a time. */
export class Callers {
  private readonly clients: readonly Client[];
  private readonly path: string;

  constructor(
    private readonly request: LoadRequest,
    connections: number,
  ) {
    const { origin, pathname, search } = new URL(request.url);
    this.path = pathname + search;
    this.clients = Array.from({ length: connections }, () => new Client(origin, { pipelining: 1 }));
  }

  /** Asks once and looks at every byte. @throws Error when it is not what is expected */
  async check(): Promise<void> {
    const [client] = this.clients;
    if (client === undefined) return;
    const { method, headers, body = null, expected, url } = this.request;
    const answer = await client.request({ method, path: this.path, headers: [...headers], body });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode === 200 && isExpected(expected, bytes)) return;
    throw new Error(`${method} ${url} was answered with ${answer.statusCode} and ${bytes.toString('utf8', 0, 300)}`);
  }

  /** Asks on all connections for a while and waits for the last answers. @throws Error on any answer but the right one */
  run(forMs: number): Promise<LoadResult> {
    const tally = new Tally();
    const until = performance.now() + forMs;
    return new Promise((resolve, reject) => {
      let running = this.clients.length;
      for (const client of this.clients) {
        const ended = (error?: Error): void => {
          if (error !== undefined) return reject(error);
          if (performance.now() < until) return this.ask(client, tally, ended);
          running -= 1;
          if (running === 0) resolve(tally.result);
        };
        this.ask(client, tally, ended);
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }

  private ask(client: Client, tally: Tally, ended: (error?: Error) => void): void {
    const { method, headers, body = null, expected, url } = this.request;
    const startedAt = performance.now();
    let status = 0;
    let bytes = 0;
    client.dispatch(
      { method, path: this.path, headers: headers as string[], body },
      {
        onConnect: () => undefined,
        onHeaders: (received) => {
          status = received;
          return true;
        },
        onData: (chunk) => {
          bytes += chunk.length;
          return true;
        },
        onComplete: () => {
          const isRight =
            status === 200 && ('bytes' in expected ? bytes === expected.bytes : bytes > expected.holding.length);
          if (!isRight) return ended(new Error(`${method} ${url} was answered with ${status} and ${bytes} bytes`));
          tally.note(performance.now() - startedAt, bytes);
          ended();
        },
        onError: ended,
      },
    );
  }
}

const isExpected = (expected: Expected, answer: Buffer): boolean =>
  'holding' in expected
    ? answer.includes(expected.holding)
    : answer.length === expected.bytes && createHash('sha256').update(answer).digest('hex') === expected.sha256;
