import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream that says who is signed in, as a test tells it to. */
export class Door implements AsyncDisposable {
  /** What has been asked: target, Authorization and Cookie of each request. */
  readonly asked: { readonly target: string; readonly authorization?: string; readonly cookie?: string }[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void> = says(200);
  private readonly server = createServer((request, response) => {
    const { authorization, cookie } = request.headers;
    this.asked.push({
      target: request.url ?? '',
      ...(authorization === undefined ? {} : { authorization }),
      ...(cookie === undefined ? {} : { cookie }),
    });
    void this.answer(request, response);
  });

  static async start(): Promise<Door> {
    const door = new Door();
    await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Answers with a status, and with what must go no further. */
export const says =
  (status: number, headers: Record<string, string> = {}): Door['answer'] =>
  (_, response) =>
    void response.writeHead(status, headers).end('canary-upstream-text');
