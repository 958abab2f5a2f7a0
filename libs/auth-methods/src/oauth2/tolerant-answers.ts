import type { AuthFetch } from '../auth-method.js';
import type { OAuthCredential } from './client-configuration.js';

/** True when ID tokens can be verified: the issuer that they have to name is known. */
export const knowsIssuer = ({ issuer }: OAuthCredential['settings']): boolean => issuer !== undefined;

/**
 * Takes out of token endpoints' answers what the library would refuse all of them for:
 * - an empty refresh token, by which some providers say that there is no new one;
 * - the ID token when no issuer is configured, as there is nothing that its `iss` could be compared with. It came from the
 *   token endpoint itself, which OpenID Connect Core, 3.1.3.7 (6) lets stand for its signature.
 */
export class TolerantAnswers {
  /** The ID token that was taken out. */
  idToken: string | undefined;

  constructor(
    private readonly settings: OAuthCredential['settings'],
    private readonly inner: AuthFetch,
  ) {}

  readonly fetch: AuthFetch = async (url, init) => {
    const response = await this.inner(url, init);
    const answer = response.ok ? await objectOf(response.clone()) : undefined;
    if (answer === undefined || !('access_token' in answer)) return response;
    const { id_token: idToken, refresh_token: refreshToken, ...rest } = answer;
    const isVerified = knowsIssuer(this.settings) || typeof idToken !== 'string';
    if (!isVerified) this.idToken = idToken;
    const kept = {
      ...rest,
      ...(isVerified && idToken !== undefined ? { id_token: idToken } : {}),
      ...(refreshToken === undefined || refreshToken === '' ? {} : { refresh_token: refreshToken }),
    };
    return Response.json(kept, { status: response.status });
  };

  /** The answer with what was taken out of it. */
  whole<T extends object>(answer: T): T & { id_token?: string } {
    return this.idToken === undefined ? answer : { ...answer, id_token: this.idToken };
  }
}

async function objectOf(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = await response.json();
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
