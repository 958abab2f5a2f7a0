/** The little of oidc-provider that we use; the package comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface StoredToken {
    readonly accountId: string;
    readonly isValid: boolean;
  }
  interface TokenModel {
    find(token: string): Promise<StoredToken | undefined>;
  }

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    readonly AccessToken: TokenModel;
    readonly RefreshToken: TokenModel;
  }
}
