import { needsGrant } from '@pontage/auth-methods';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { verifySignIn } from '@pontage/contracts/auth-broker';
import { cookiePairs } from '@pontage/http-message';
import { OpenedCredentials, type OpenedCredential } from '../credential/opened-credentials.js';
import { GrantWishes } from '../grant/grant-wishes.js';
import { GrantSignIns } from './grant-sign-ins.js';
import { signInOf, type Standing } from './standing.js';
import { Verifications } from './verifications.js';

type Asked = ParsedRequestOf<typeof verifySignIn>;

/** Tells how a caller stands with an upstream. */
@serves(verifySignIn)
export class VerifySignIn {
  constructor(
    private readonly credentials: OpenedCredentials,
    private readonly wishes: GrantWishes,
    private readonly grantSignIns: GrantSignIns,
    private readonly verifications: Verifications,
  ) {}

  async handle(asked: Asked, call: Call): Promise<ReplyOf<typeof verifySignIn>> {
    const opened = await this.credentials.find(asked, call);
    const { method, credential } = opened;
    if (!needsGrant(method, credential.settings)) return signInOf(await this.withoutGrant(opened, asked, call));
    const wish = await this.wishes.of(method, credential, asked, call);
    return signInOf(await this.grantSignIns.standing(wish, asked));
  }

  private async withoutGrant({ method, credential: stored }: OpenedCredential, asked: Asked, call: Call) {
    const credential = await this.wishes.render(method, stored, asked.environment, call);
    const url = method.verificationUrl?.(credential.settings);
    const question = { org: call.org, asked, method, credential, grant: undefined };
    const status = url === undefined ? undefined : (await this.verifications.ask(question, url)).status;
    const names = method.callerCookies?.(credential.settings);
    if (names !== undefined) {
      const came = new Set(cookiePairs(asked.cookieLine).map(([name]) => name));
      return { by: 'cookies', cameAlong: names.some((name) => came.has(name)), status } satisfies Standing;
    }
    const standing: Standing = status === undefined ? { by: 'nothing' } : { by: 'secret', status };
    return standing;
  }
}
