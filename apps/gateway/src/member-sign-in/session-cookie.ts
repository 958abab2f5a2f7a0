import { memberCookie } from '../authentication/credentials.js';

/** @see RFC 6265bis, 4.1.2: `Lax` lets a link from elsewhere open a page of ours, and no form from elsewhere post to it */
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** The cookie of a session that has just begun. @param expiresAt RFC 3339 */
export function sessionCookieOf(token: string, expiresAt: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(expiresAt) - Date.now()) / 1000));
  return `${memberCookie}=${token}; Max-Age=${seconds}; ${attributes}`;
}

/** Takes the session's cookie away. */
export const noSessionCookie = `${memberCookie}=; Max-Age=0; ${attributes}`;
