import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pontage } from '@pontage/testkit';

/** A member's session, as a browser or a program has it. */
export interface MemberSession {
  /** The Cookie header. */
  readonly cookie: string;
  readonly csrfToken: string;
  readonly id: string;
}

const name = '__Host-pontage-session';

/** The password of the first member. */
export const firstPassword = (pontage: Pontage): string =>
  readFileSync(join(pontage.dataDir, 'admin-password'), 'utf8').trim();

/** Posts what somebody signs in with. */
export const postLogin = (pontage: Pontage, credentials: object, headers: Record<string, string> = {}) =>
  pontage.fetch('/login', { method: 'POST', token: null, json: credentials, headers });

/** Signs in. */
export async function signIn(
  pontage: Pontage,
  email: string,
  password: string,
  headers: Record<string, string> = {},
): Promise<MemberSession> {
  const answer = await postLogin(pontage, { email, password }, headers);
  if (answer.status !== 200) throw new Error(`${email} does not sign in: ${answer.status} ${await answer.text()}`);
  const { csrfToken, member } = (await answer.json()) as { csrfToken: string; member: { id: string } };
  return { cookie: `${name}=${sessionOf(answer)}`, csrfToken, id: member.id };
}

/** The session's token in an answer's cookies. */
export const sessionOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1)
    .split(';')[0] ?? '';

/** The headers with which a page of ours changes something. */
export const ownHeaders = (pontage: Pontage, { cookie, csrfToken }: MemberSession): Record<string, string> => ({
  cookie,
  origin: new URL(pontage.url).origin,
  'sec-fetch-site': 'same-origin',
  'pontage-csrf': csrfToken,
});
