import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { cookieOf } from '../authentication/credentials.js';
import { returnPath } from './return-to.js';

const name = '__Host-pontage-sign-in';
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';
/** As long as somebody may take to sign in at his provider. */
const maxAgeSeconds = 600;

/** A sign-in under way, which only the browser knows that began it: nothing of it is kept anywhere else. */
export interface Flow {
  readonly secret: string;
  readonly returnTo: string;
}

/** A sign-in that begins. */
export const newFlow = (returnTo: string): Flow => ({ secret: randomBytes(32).toString('base64url'), returnTo });

/** What the provider is told, or has to repeat, each derived from the browser's secret. @see RFC 7636; OpenID Connect Core 1.0, 15.5.2 */
export function checksOf({ secret }: Flow) {
  const derive = (purpose: string) => createHmac('sha256', secret).update(`pontage ${purpose}`).digest('base64url');
  const codeVerifier = derive('code verifier');
  return {
    state: derive('state'),
    nonce: derive('nonce'),
    codeVerifier,
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  };
}

/** The cookie that binds a flow to its browser. */
export const flowCookieOf = ({ secret, returnTo }: Flow): string =>
  `${name}=${secret}.${Buffer.from(returnTo).toString('base64url')}; Max-Age=${maxAgeSeconds}; ${attributes}`;

/** Takes the cookie away: a flow is completed once. */
export const noFlowCookie = `${name}=; Max-Age=0; ${attributes}`;

/** The flow of the browser that a request comes from. */
export function flowOf(request: FastifyRequest): Flow | undefined {
  const [, secret, path] = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]*)$/.exec(cookieOf(request, name) ?? '') ?? [];
  if (secret === undefined || path === undefined) return undefined;
  return { secret, returnTo: returnPath(Buffer.from(path, 'base64url').toString('utf8')) };
}
