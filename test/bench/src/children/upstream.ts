import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodies, streamed, token, tokenPath } from '../targets/upstream.js';
import { serveParent } from './child.js';

// The upstream of every target: the same process, the same answers. What Pontage is to send with a request is looked
// for, so that a cell without its credential fails.

const answers: ReadonlyMap<string, Buffer> = new Map(
  Object.entries(bodies).map(([name, text]) => [name, Buffer.from(text)]),
);

const server = createServer((request, response) => {
  const [, authentication = '', name = ''] = (request.url ?? '').split('/');
  if (authentication === tokenPath) return sendToken(request, response);
  if (!isAuthorised(authentication, request.headers.authorization ?? '')) return void response.writeHead(401).end();
  if (name === 'stream') return sendStream(response);
  const body = answers.get(name);
  if (body === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
});

const beginnings: Readonly<Record<string, string>> = {
  bearer: `Bearer ${token}`,
  oauth: `Bearer ${token}-granted`,
  sigv4: 'AWS4-HMAC-SHA256 Credential=',
};

function isAuthorised(authentication: string, authorization: string): boolean {
  const beginning = beginnings[authentication];
  return beginning === undefined || authorization.startsWith(beginning);
}

function sendToken(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const body = JSON.stringify({ access_token: `${token}-granted`, token_type: 'Bearer', expires_in: 86_400 });
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
}

function sendStream(response: ServerResponse): void {
  const { piece, pieces } = streamed;
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': piece.length * pieces });
  let left = pieces;
  const write = (): void => {
    while (left > 0) {
      left -= 1;
      if (!response.write(piece)) return void response.once('drain', write);
    }
    response.end();
  };
  write();
}

server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => serveParent((server.address() as AddressInfo).port));
