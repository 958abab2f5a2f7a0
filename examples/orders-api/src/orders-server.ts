import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { json } from 'node:stream/consumers';
import { createLocalJWKSet, jwtVerify, type JWK, type JWTPayload } from 'jose';
import { audience, authorizationServer, ordersScope, type Client } from './authorization-server.js';
import { OrderBook, type Order } from './order-book.js';
import { publicHalf } from './signing-key.js';

interface OrdersOptions {
  readonly client: Client;
  /** What opens `/stock`, the part of the API that takes a fixed bearer token. */
  readonly apiKey: string;
  readonly key: JWK;
  /** Where the orders are kept. */
  readonly file: string;
}

type Answer = readonly [status: number, body: unknown];

/**
 * The orders API: `/orders` for bearers of an access token that the authorization server below `/oidc` issued,
 * which `/verified` tells them about; `/stock` for bearers of the fixed key.
 * @param issuer where the server will be reached, with `/oidc`
 */
export function ordersServer(issuer: string, { client, apiKey, key, file }: OrdersOptions): Server {
  const book = OrderBook.open(file);
  const authorize = authorizationServer(issuer, client, key);
  const keys = createLocalJWKSet({ keys: [publicHalf(key)] });

  const claimsOf = async (request: IncomingMessage): Promise<JWTPayload | undefined> => {
    try {
      const { payload } = await jwtVerify(bearerOf(request), keys, { issuer, audience });
      return String(payload.scope).split(' ').includes(ordersScope) ? payload : undefined;
    } catch {
      return undefined;
    }
  };
  const answerTo = async (request: IncomingMessage, url: URL): Promise<Answer> => {
    if (url.pathname === '/healthz' || url.pathname === '/readyz') return [200, { ok: true }];
    if (url.pathname === '/stock') return isSame(bearerOf(request), apiKey) ? [200, book.stock()] : unauthorized;
    const [, place = ''] = url.pathname.split('/');
    if (place !== 'orders' && place !== 'verified') return [404, { error: 'not found' }];
    const claims = await claimsOf(request);
    if (claims === undefined) return unauthorized;
    return place === 'orders' ? orders(book, request, url) : [200, { verified: verifiedIn(claims) }];
  };

  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname.startsWith('/oidc/')) {
      // The provider reads the full path from here when it writes URLs of its own.
      Object.assign(request, { originalUrl: request.url, url: request.url?.slice('/oidc'.length) });
      void authorize(request, response);
      return;
    }
    answerTo(request, url).then(
      (answer) => send(response, answer),
      () => send(response, [400, { error: 'bad request' }]),
    );
  });
}

const unauthorized: Answer = [401, { error: 'unauthorized' }];

const verifiedIn = ({ client_id: client, scope, aud }: JWTPayload): string =>
  `access token of the client ${String(client)} for ${String(aud)}, scope ${String(scope)}`;

async function orders(book: OrderBook, request: IncomingMessage, url: URL): Promise<Answer> {
  if (request.method === 'POST') return [201, book.add(orderIn(await json(request)))];
  const id = /^\/orders\/(\d+)$/.exec(url.pathname)?.[1];
  if (id !== undefined) {
    const order = book.find(Number(id));
    return order === undefined ? [404, { error: 'not found' }] : [200, order];
  }
  const storeId = url.searchParams.get('storeId');
  return [200, book.list(storeId === null ? undefined : Number(storeId), Number(url.searchParams.get('limit') ?? 100))];
}

function orderIn(body: unknown): Omit<Order, 'id'> {
  const { storeId, item, quantity, reference } = body as Partial<Order>;
  return {
    storeId: Number(storeId),
    item: String(item),
    quantity: Number(quantity ?? 1),
    reference: String(reference ?? ''),
  };
}

const bearerOf = (request: IncomingMessage): string =>
  /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function send(response: ServerResponse, [status, body]: Answer): void {
  const headers = { 'content-type': 'application/json', ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}) };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
