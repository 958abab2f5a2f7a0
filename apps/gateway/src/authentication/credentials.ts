import { randomBytes } from 'node:crypto';
import { cookiePairs } from '@pontage/http-message';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** A new API token: 256 random bits that can be recognised in a leak. */
export const newApiToken = (): string => `pontage_${randomBytes(32).toString('base64url')}`;

/** True for what {@link newApiToken} may have made. The first admin's token may be any other text. */
export const isApiToken = (text: string): boolean => /^pontage_[A-Za-z0-9_-]{43}$/.test(text);

/** A new nonce or session token: the organisation's id and 256 random bits, 64 characters. */
export const newOrganisationToken = (org: string): string =>
  Buffer.concat([Buffer.from(org.replaceAll('-', ''), 'hex'), randomBytes(32)]).toString('base64url');

/** True for what {@link newOrganisationToken} may have made. */
export const isSessionToken = (text: string): boolean => /^[A-Za-z0-9_-]{64}$/.test(text);

/** The organisation that a nonce or session token says it belongs to; undefined when it is not well-formed. */
export function organisationOf(token: string): string | undefined {
  if (!isSessionToken(token)) return undefined;
  const hex = Buffer.from(token, 'base64url').subarray(0, 16).toString('hex');
  const org = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return z.uuid().safeParse(org).data;
}

/** The bearer token of a request. A cookie is never a token. @see RFC 6750, 2.1 */
export function bearerOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  return authorization === undefined ? undefined : /^Bearer +([\x21-\x7e]{1,1000})$/i.exec(authorization)?.[1];
}

/** The name of the cookie that holds the session of an app: one each, so that two embeds do not sign each other out. */
export const sessionCookieName = (app: string): string => `__Host-pontage-${app}`;

/** The session token of an app in a request's cookies. @see RFC 6265, 5.4 */
export function sessionCookie(request: FastifyRequest, app: string): string | undefined {
  const name = sessionCookieName(app);
  return cookiePairs(request.headers.cookie).find(([each]) => each === name)?.[1];
}
