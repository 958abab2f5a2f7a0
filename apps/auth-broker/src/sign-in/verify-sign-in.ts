import { needsGrant } from '@pontage/auth-methods';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { verifySignIn } from '@pontage/contracts/auth-broker';
import { cookiePairs } from '@pontage/http-message';
import { OpenedCredentials, type OpenedCredential } from '../credential/opened-credentials.js';
import { RenderedCredentials } from '../lease/rendered-credentials.js';
import { GrantSignIns } from './grant-sign-ins.js';
import { signInOf, type Standing } from './standing.js';
import { Verifications } from './verifications.js';

type Asked = ParsedRequestOf<typeof verifySignIn>;

/** Tells how a caller stands with an upstream. */
@serves(verifySignIn)
export class VerifySignIn {
  constructor(
    private readonly credentials: OpenedCredentials,
    private readonly rendered: RenderedCredentials,
    private readonly grantSignIns: GrantSignIns,
    private readonly verifications: Verifications,
  ) {}

  async handle(asked: Asked, call: Call): Promise<ReplyOf<typeof verifySignIn>> {
    const opened = await this.credentials.find(asked, call);
    return signInOf(
      needsGrant(opened.method, opened.credential.settings)
        ? await this.grantSignIns.standing(opened, asked, call)
        : await this.withoutGrant(opened, asked, call),
    );
  }

  private async withoutGrant(
    { method, credential: stored }: OpenedCredential,
    asked: Asked,
    call: Call,
  ): Promise<Standing> {
    const { credential } = await this.rendered.of(method, stored, asked.environment, call);
    const url = method.verificationUrl?.(credential.settings);
    const question = { org: call.org, asked, method, credential, grant: undefined };
    const status = url === undefined ? undefined : (await this.verifications.ask(question, url)).status;
    const names = method.callerCookies?.(credential.settings);
    if (names !== undefined) {
      const came = new Set(cookiePairs(asked.cookieLine).map(([name]) => name));
      return { by: 'cookies', cameAlong: names.some((name) => came.has(name)), status };
    }
    return status === undefined ? { by: 'nothing' } : { by: 'secret', status };
  }
}
