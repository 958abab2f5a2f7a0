import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
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
export const sessionCookie = (request: FastifyRequest, app: string): string | undefined =>
  cookieOf(request, sessionCookieName(app));

/** The cookie that holds a member's session. It begins like all of ours, so it goes to no upstream. @see RFC 6265bis, 4.1.3.2 */
export const memberCookie = '__Host-pontage-session';

/** A new token of a member's session: 256 random bits. */
export const newMemberToken = (): string => randomBytes(32).toString('base64url');

/** The token of a member's session in a request's cookies, if it may be one. */
export function memberTokenOf(request: FastifyRequest): string | undefined {
  const value = cookieOf(request, memberCookie);
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

/** What a page of ours has to send along besides the cookie, which browsers send by themselves. It is no secret of its own. */
export const csrfTokenOf = (memberToken: string): string =>
  createHmac('sha256', memberToken).update('pontage csrf').digest('base64url');

/** True for the very text that is wanted. How long it takes tells nobody how much of it he has right. */
export function isSameSecret(given: unknown, wanted: string): boolean {
  const [brought, kept] = [Buffer.from(typeof given === 'string' ? given : ''), Buffer.from(wanted)];
  return brought.length === kept.length && timingSafeEqual(brought, kept);
}

/** The value of a cookie of a request. @see RFC 6265, 5.4 */
export const cookieOf = (request: FastifyRequest, name: string): string | undefined =>
  cookiePairs(request.headers.cookie).find(([each]) => each === name)?.[1];
