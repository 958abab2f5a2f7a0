import { serves, type Serves } from '@pontage/bus';
import type { ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { completeMemberSignIn } from '@pontage/contracts/auth-broker';
import { notFound, signInRefused } from '@pontage/problems';
import { authorizationCodeGrant, fetchUserInfo, type Configuration } from 'openid-client';
import { identityOf, type Claims } from './claims.js';
import { IdentityProvider } from './identity-provider.js';
import type { OidcClient } from './oidc-settings.js';
import { signInProblem } from './sign-in-problem.js';

type Asked = ParsedRequestOf<typeof completeMemberSignIn>;

@serves(completeMemberSignIn)
export class CompleteMemberSignIn implements Serves<typeof completeMemberSignIn> {
  constructor(private readonly provider: IdentityProvider) {}

  async handle(asked: Asked): Promise<ReplyOf<typeof completeMemberSignIn>> {
    const { client } = this.provider;
    if (client === undefined) throw notFound({}, { detail: 'There is no identity provider to sign in with.' });
    try {
      return identityOf(await this.claimsOf(client, asked), client.groupsClaim);
    } catch (error) {
      throw signInProblem(error);
    }
  }

  /** Signature, issuer, audience, times, state and nonce are checked before anything is believed. */
  private async claimsOf(client: OidcClient, { callbackUrl, state, nonce, codeVerifier }: Asked): Promise<Claims> {
    const configuration = await this.provider.configuration(client);
    const answer = await authorizationCodeGrant(configuration, new URL(callbackUrl), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const claims = answer.claims();
    if (claims === undefined) throw signInRefused({}, { note: 'there is no ID token' });
    return { ...(await this.moreOf(configuration, client, claims, answer.access_token)), ...claims };
  }

  /** Many providers keep what an ID token could hold for the one who asks. @see OpenID Connect Core 1.0, 5.3 */
  private async moreOf(
    configuration: Configuration,
    { groupsClaim }: OidcClient,
    claims: Claims,
    accessToken: string,
  ): Promise<object> {
    const wanted = ['email', 'email_verified', 'name', ...(groupsClaim === undefined ? [] : [groupsClaim])];
    const isWhole = wanted.every((name) => name in claims);
    if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return {};
    return fetchUserInfo(configuration, accessToken, claims.sub);
  }
}
