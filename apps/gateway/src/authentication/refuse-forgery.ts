import { forbidden, unsupportedMediaType } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { csrfTokenOf, isSameSecret } from './credentials.js';

/**
 * Refuses what a page of somebody else's may have caused: a browser sends the cookie along whoever asks. What changes
 * something has to come from our own origin, say so, bring the session's CSRF token, and be JSON; what only reads may
 * also be a navigation, whose answer no other page gets to see.
 * @throws Problem `forbidden`, `unsupported-media-type`
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function refuseForgery(request: FastifyRequest, memberToken: string, ownOrigin: string): void {
  const { origin, 'sec-fetch-site': site, 'content-type': type } = request.headers;
  if (request.method === 'GET' || request.method === 'HEAD') {
    const isOurs = site === undefined || site === 'same-origin' || site === 'none' || isNavigation(request);
    if (!isOurs || (origin !== undefined && origin !== ownOrigin)) throw foreign();
    return;
  }
  if (origin !== ownOrigin || (site !== undefined && site !== 'same-origin')) throw foreign();
  if (!isSameSecret(request.headers['pontage-csrf'], csrfTokenOf(memberToken)))
    throw forbidden({}, { detail: 'The Pontage-CSRF header has to hold the csrfToken of GET /api/v1/me.' });
  if (type !== undefined && !/^application\/json\s*(?:;|$)/i.test(type))
    throw unsupportedMediaType({}, { detail: 'In a session, a body has to be application/json.' });
}

/**
 * True for what no page of another origin has posted, as far as its headers tell; who says nothing may be a program.
 * A page without a referrer says `Origin: null`, so Sec-Fetch-Site goes first. A link that is followed sends no `Origin`:
 * of a GET this proves nothing.
 */
export function isFromOwnPage({ headers }: FastifyRequest, ownOrigin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === undefined || headers.origin === ownOrigin;
}

const isNavigation = ({ headers }: FastifyRequest): boolean =>
  headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';

const foreign = (): Error => forbidden({}, { detail: 'In a session, only our own pages may ask.' });
