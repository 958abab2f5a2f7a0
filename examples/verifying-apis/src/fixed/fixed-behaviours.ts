import type { Behaviour } from '../http/behaviour.js';
import { headerOf, type ReceivedRequest } from '../http/received-request.js';

/** Whom the APIs with fixed credentials let in. */
export interface Credentials {
  readonly bearer: string;
  readonly basic: { readonly username: string; readonly password: string };
  readonly apiKey: { readonly name: string; readonly value: string };
  /** The cookie of the one user who is signed in. */
  readonly sessionCookie: { readonly name: string; readonly value: string };
}

/** Behaviours of APIs that know a caller by what stays the same: a key, a password, a cookie, or nothing. */
export function fixedBehaviours(credentials: Credentials): Readonly<Record<string, Behaviour>> {
  const said = ({ response }: Parameters<Behaviour['answer']>[0], verified: string | undefined): void => {
    const isLetIn = verified !== undefined;
    response.writeHead(isLetIn ? 200 : 401, {
      'content-type': 'application/json',
      ...(isLetIn ? {} : { 'www-authenticate': 'Bearer realm="orders"' }),
    });
    response.end(JSON.stringify({ authenticated: isLetIn, ...(isLetIn ? { verified } : {}) }));
  };
  return {
    // /auth/bearer, /auth/basic, /auth/api-key?in=header|query|cookie
    auth: {
      answer(exchange) {
        const { request, segments, query } = exchange;
        const [method = ''] = segments;
        said(
          exchange,
          isLetIn(request, method, query, credentials) ? verifiedBy(method, query, credentials) : undefined,
        );
      },
    },
    // /anonymous: refuses whoever brings a credential that nobody asked for.
    anonymous: {
      answer(exchange) {
        const carriers = ['authorization', 'cookie'].filter((name) => headerOf(exchange.request, name) !== undefined);
        said(exchange, carriers.length === 0 ? 'that no Authorization and no Cookie came along' : undefined);
      },
    },
    // /signed-in: wants the cookie of the session, and no other one.
    'signed-in': {
      answer(exchange) {
        const { name, value } = credentials.sessionCookie;
        const isSession = headerOf(exchange.request, 'cookie') === `${name}=${value}`;
        said(exchange, isSession ? `the caller's cookie ${name}, and that no other one came` : undefined);
      },
    },
  };
}

function isLetIn(
  request: ReceivedRequest,
  method: string,
  query: URLSearchParams,
  { bearer, basic, apiKey }: Credentials,
): boolean {
  const authorization = headerOf(request, 'authorization');
  if (method === 'bearer') return authorization === `Bearer ${bearer}`;
  if (method === 'basic')
    return authorization === `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
  if (method !== 'api-key') return false;
  if (query.get('in') === 'query')
    return new URLSearchParams(request.target.split('?')[1]).get(apiKey.name) === apiKey.value;
  if (query.get('in') === 'cookie')
    return (headerOf(request, 'cookie') ?? '').split('; ').includes(`${apiKey.name}=${apiKey.value}`);
  return headerOf(request, apiKey.name) === apiKey.value;
}

function verifiedBy(method: string, query: URLSearchParams, { basic, apiKey }: Credentials): string {
  if (method === 'basic') return `user ${basic.username} and the password`;
  if (method === 'bearer') return 'the token in Authorization: Bearer';
  return `the key in the ${query.get('in') ?? 'header'} ${apiKey.name}`;
}
