import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A token endpoint that takes every client and notes what it was asked with. */
export interface NotingTokenEndpoint extends AsyncDisposable {
  readonly url: string;
  /** The forms that came, oldest first. */
  readonly forms: readonly URLSearchParams[];
}

/** Starts it. */
export async function startNotingTokenEndpoint(): Promise<NotingTokenEndpoint> {
  const forms: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => void (text += part.toString()));
    request.on('end', () => {
      forms.push(new URLSearchParams(text));
      const token = { access_token: `token-${forms.length}`, token_type: 'Bearer', expires_in: 3600 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    forms,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
