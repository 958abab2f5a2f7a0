import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidcProvider from 'oidc-provider';

/** What the package, which comes without types, does for us. */
interface Provider {
  callback(): Answer;
  readonly ClientCredentials: { find(token: string): Promise<{ readonly isExpired: boolean } | undefined> };
}
const { Provider: OidcProvider } = oidcProvider as unknown as {
  Provider: new (issuer: string, configuration: object) => Provider;
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A certified OAuth provider behind a counter, and behind whatever a test puts in between. */
export class TokenEndpoint implements AsyncDisposable {
  readonly clientSecret = 'canary-cl1ent-s3cret';
  /** Token requests so far. */
  asked = 0;
  /** Seconds that tokens live. */
  ttl = 3_600;
  /** In place of the provider, until it is undefined again. */
  instead: Answer | undefined;
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private provider: Provider | undefined;

  static async start(): Promise<TokenEndpoint> {
    const endpoint = new TokenEndpoint();
    await new Promise<void>((resolve) => endpoint.server.listen(0, '127.0.0.1', resolve));
    endpoint.provider = new OidcProvider(endpoint.origin, {
      clients: [
        {
          client_id: 'client',
          client_secret: endpoint.clientSecret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
      ttl: { ClientCredentials: () => endpoint.ttl },
    });
    return endpoint;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The `authentication` of a resource that asks here. */
  authentication(more: object = {}): Record<string, unknown> {
    return {
      method: 'oauth2',
      grant: 'client_credentials',
      tokenUrl: `${this.origin}/token`,
      clientId: 'client',
      clientSecret: this.clientSecret,
      ...more,
    };
  }

  /** True when the provider issued this token and it has not expired. */
  async knows(token: unknown): Promise<boolean> {
    const found = await this.provider?.ClientCredentials.find(String((token as { accessToken: string }).accessToken));
    return found !== undefined && !found.isExpired;
  }

  /** Answers the next token requests with a status and an OAuth error. */
  failing(status: number, error: string): void {
    this.instead = (_, response) =>
      void response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error, error_description: this.clientSecret }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Lets a request through to the provider. */
  readonly pass: Answer = (request, response) => this.provider?.callback()(request, response);

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/token') this.asked += 1;
    await (this.instead ?? this.pass)(request, response);
  }
}
