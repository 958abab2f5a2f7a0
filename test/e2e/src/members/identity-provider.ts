import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidcProvider from 'oidc-provider';

/** What the package, which comes without types, does for us. */
const { Provider } = oidcProvider as unknown as {
  Provider: new (
    issuer: string,
    configuration: object,
  ) => { callback(): (request: IncomingMessage, response: ServerResponse) => void };
};

/** What the provider says of a person. */
interface Person {
  readonly email: string;
  readonly email_verified: boolean;
  readonly name: string;
  groups: string[];
}

/** A certified OpenID provider on loopback, with forms of its own to sign in at: whoever knows a name is let in. */
export class IdentityProvider implements AsyncDisposable {
  readonly clientId = 'pontage';
  readonly clientSecret = 'canary-idp-cl1ent-s3cret';
  /** By the name that they sign in with, which is their subject. */
  readonly people = new Map<string, Person>();
  /** The URLs that authorization was asked for with, oldest first. */
  readonly asked: URL[] = [];
  private readonly server = createServer((request, response) => this.answer?.(request, response));
  private answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

  static async start(): Promise<IdentityProvider> {
    const provider = new IdentityProvider();
    await new Promise<void>((resolve) => provider.server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Lets a client in whose callback is known. */
  know(redirectUri: string): void {
    const provider = new Provider(this.origin, {
      clients: [{ client_id: this.clientId, client_secret: this.clientSecret, redirect_uris: [redirectUri] }],
      claims: { email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
      scopes: ['openid', 'email', 'profile', 'groups'],
      pkce: { required: () => true },
      features: { devInteractions: { enabled: true } },
      cookies: { keys: ['for tests'] },
      findAccount: (_: unknown, sub: string) => {
        const person = this.people.get(sub);
        return person === undefined ? undefined : { accountId: sub, claims: async () => ({ sub, ...person }) };
      },
    });
    const callback = provider.callback();
    this.answer = (request, response) => {
      const url = new URL(request.url ?? '', this.origin);
      if (url.pathname === '/auth' && url.searchParams.has('client_id')) this.asked.push(url);
      callback(request, response);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
