import { askEmbedded } from './embedded-api.js';

/** The external user whom the session belongs to, as the backend that minted the URL described them. */
export interface CurrentUser {
  readonly type: 'external';
  readonly id: string;
  readonly externalIdentifier: string;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly environment: string;
  readonly groups: readonly { readonly id: number }[];
  readonly metadata: Readonly<Record<string, string | number | bigint | boolean>>;
  readonly app: { readonly uuid: string; readonly name: string };
  /** RFC 3339: when the session ends. */
  readonly expiresAt: string;
}

/** Who is using the app. @throws EmbedProblem `embed-session-expired` */
export async function currentUser(): Promise<CurrentUser> {
  return (await askEmbedded('me', { method: 'GET' })) as CurrentUser;
}
