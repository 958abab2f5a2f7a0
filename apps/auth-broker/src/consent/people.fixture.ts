import { expect } from '@jest/globals';
import { callerOf, type Call } from '@pontage/contracts';
import { OAuthProvider } from '@pontage/testkit';
import { BrokerStack, redirectUri } from '../broker.fixture.js';

/** A credential that people sign in with, and its resource. */
interface Of {
  readonly credentialId: string;
  readonly resourceId: string;
}

/** Brokers, and a certified provider where people sign in. */
export class People implements AsyncDisposable {
  private constructor(
    readonly stack: BrokerStack,
    readonly provider: OAuthProvider,
  ) {}

  static async start(brokers = 1): Promise<People> {
    const [stack, provider] = await Promise.all([BrokerStack.start(), OAuthProvider.start([redirectUri])]);
    for (let count = 0; count < brokers; count += 1) await stack.broker();
    return new People(stack, provider);
  }

  /** Signs somebody in, for a caller. */
  async signIn(of: Of, call: Call, login: string): Promise<void> {
    const { url, complete } = await this.stack.signIn(of, call);
    expect(await complete(await this.provider.signIn(url, login))).toMatchObject({ failure: null });
  }

  /** The access token that a query of the caller would carry. */
  async tokenOf(of: Of, call: Call): Promise<string> {
    const { grant } = await this.stack.lease(of, call);
    return (grant?.value as { accessToken: string }).accessToken;
  }

  /** Whose account that is at the provider. */
  async whose(of: Of, call: Call): Promise<string | undefined> {
    return this.provider.accountOf(await this.tokenOf(of, call));
  }

  /** Which grant is the caller's, as a query-proxy says it. */
  placeOf({ credentialId, resourceId }: Of, call: Call) {
    return {
      credentialId,
      resourceId,
      region: 'us-west-2',
      environment: 'production',
      caller: callerOf(call.principal),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
    await this.provider[Symbol.asyncDispose]();
  }
}
