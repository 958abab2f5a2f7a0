import { serves, type Serves } from '@pontage/bus';
import type { ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { beginMemberSignIn } from '@pontage/contracts/auth-broker';
import { notFound } from '@pontage/problems';
import { buildAuthorizationUrl } from 'openid-client';
import { IdentityProvider } from './identity-provider.js';
import { signInProblem } from './sign-in-problem.js';

@serves(beginMemberSignIn)
export class BeginMemberSignIn implements Serves<typeof beginMemberSignIn> {
  constructor(private readonly provider: IdentityProvider) {}

  async handle(asked: ParsedRequestOf<typeof beginMemberSignIn>): Promise<ReplyOf<typeof beginMemberSignIn>> {
    const { client } = this.provider;
    if (client === undefined) throw notFound({}, { detail: 'There is no identity provider to sign in with.' });
    const { redirectUri, state, nonce, codeChallenge } = asked;
    const configuration = await this.provider.configuration(client).catch((error: unknown) => {
      throw signInProblem(error);
    });
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: client.scopes,
      state,
      nonce,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    });
    return { url: url.href };
  }
}
