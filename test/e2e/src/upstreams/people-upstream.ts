import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuthProvider } from '@pontage/testkit';

/** What the upstream was asked, and by whom according to the provider. */
export interface PersonsRequest {
  readonly url: string;
  readonly account: string | null;
}

/** An API that knows people by the access tokens of a provider, and tells everybody who they are. */
export class PeopleUpstream implements AsyncDisposable {
  readonly requests: PersonsRequest[] = [];
  private readonly server: Server;

  private constructor(provider: OAuthProvider) {
    this.server = createServer((request, response) => {
      request.resume().once('end', () => {
        const url = new URL(request.url ?? '', 'http://upstream');
        const token =
          /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('token') ?? '';
        void provider.accountOf(token).then((account = undefined) => {
          this.requests.push({ url: request.url ?? '', account: account ?? null });
          response
            .writeHead(account === undefined ? 401 : 200, { 'content-type': 'application/json' })
            .end(
              JSON.stringify({ account: account ?? null, authorization: request.headers.authorization !== undefined }),
            );
        });
      });
    });
  }

  static async start(provider: OAuthProvider): Promise<PeopleUpstream> {
    const upstream = new PeopleUpstream(provider);
    await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
