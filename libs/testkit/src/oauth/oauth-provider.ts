/// <reference path="./oidc-provider.d.ts" />
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { personAt } from './person.js';
import { providerRecords } from './provider-records.js';

/** The places of a tenant of Auth0, which serves HTTPS and whose issuer ends in a slash. */
const auth0Routes = { authorization: '/authorize', token: '/oauth/token', revocation: '/oauth/revoke' };

/** What a server proves itself with, in PEM. */
interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What was asked of the token endpoint, in its order. */
export interface TokenRequest {
  readonly grantType: string;
  readonly at: number;
  status: number;
}

/**
 * A certified provider (`oidc-provider`) on loopback where people sign in under any name: it rotates refresh tokens, and
 * revokes everything that came of a grant when one of them is used twice.
 */
export class OAuthProvider implements AsyncDisposable {
  readonly clientId = 'pontage';
  readonly clientSecret = 'canary-provider-cl1ent-s3cret';
  /** Seconds that access tokens live. */
  ttl = 3_600;
  /** In place of the token endpoint, until it is undefined again. */
  instead: Answer | undefined;
  readonly tokenRequests: TokenRequest[] = [];
  private readonly records = providerRecords();
  private readonly server: Server;
  private provider: Provider | undefined;

  private constructor(private readonly tenant: TlsIdentity | undefined) {
    const answer = (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response);
    this.server = tenant === undefined ? createServer(answer) : createSecureServer({ ...tenant }, answer);
  }

  /**
   * @param redirectUris where it may send people back to
   * @param tenant a certificate for `localhost`: it is laid out as a tenant of Auth0 is, there
   */
  static async start(redirectUris: readonly string[], tenant?: TlsIdentity): Promise<OAuthProvider> {
    const started = new OAuthProvider(tenant);
    await new Promise<void>((resolve) => started.server.listen(0, '127.0.0.1', resolve));
    const issuer = tenant === undefined ? started.origin : `${started.origin}/`;
    started.provider = new Provider(issuer, started.configuration(redirectUris));
    return started;
  }

  get origin(): string {
    const { port } = this.server.address() as AddressInfo;
    return this.tenant === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  }

  /** The `authentication` of a resource whose callers sign in here. */
  authentication(more: object = {}): Record<string, unknown> {
    const at =
      this.tenant === undefined
        ? { method: 'oauth2', issuer: this.origin }
        : { method: 'auth0', domain: new URL(this.origin).host };
    return {
      ...at,
      grant: 'authorization_code',
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      scopes: ['openid', 'offline_access'],
      prompt: 'consent',
      skipConsentScreen: true,
      ...more,
    };
  }

  /** Signs somebody in as a browser would, from the URL that they are sent to. Returns the callback that they are sent back to. */
  signIn(url: string, login: string): Promise<URL> {
    return personAt(this.origin).signIn(url, login);
  }

  /** Whose access token it is; undefined for one that the provider did not issue, or that is over. */
  async accountOf(accessToken: string): Promise<string | undefined> {
    const found = await this.provider?.AccessToken.find(accessToken);
    return found?.isValid === true ? found.accountId : undefined;
  }

  /** Takes none of the access tokens any more that it has given out. */
  endAccessTokens(): void {
    this.records.forget('AccessToken');
  }

  /** True for a refresh token that could be used now. */
  async takes(refreshToken: string): Promise<boolean> {
    return (await this.provider?.RefreshToken.find(refreshToken))?.isValid === true;
  }

  /** How many refreshes the provider has answered with a new token, and how many it has refused. */
  get refreshes(): { readonly granted: number; readonly refused: number } {
    const all = this.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token');
    const granted = all.filter(({ status }) => status === 200).length;
    return { granted, refused: all.filter(({ status }) => status >= 400).length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Lets a request through to the provider. */
  readonly pass: Answer = (request, response) => this.provider?.callback()(request, response);

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== (this.tenant === undefined ? '/token' : auth0Routes.token))
      return void this.pass(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const noted = { grantType: new URLSearchParams(body).get('grant_type') ?? '', at: Date.now(), status: 0 };
    this.tokenRequests.push(noted);
    response.on('finish', () => (noted.status = response.statusCode));
    // The provider takes a body that has been read from here.
    Object.assign(request, { body });
    await (this.instead ?? this.pass)(request, response);
  }

  private configuration(redirectUris: readonly string[]): object {
    return {
      adapter: this.records.Records,
      clients: [
        {
          client_id: this.clientId,
          client_secret: this.clientSecret,
          grant_types: ['authorization_code', 'refresh_token'],
          redirect_uris: redirectUris,
          response_types: ['code'],
        },
      ],
      ...(this.tenant === undefined ? {} : { routes: auth0Routes }),
      cookies: { keys: [randomBytes(16).toString('hex')] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email: `${id}@people.example`, email_verified: true, groups: [] }),
      }),
      features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
      issueRefreshToken: () => true,
      rotateRefreshToken: true,
      pkce: { required: () => true },
      ttl: {
        AccessToken: () => this.ttl,
        RefreshToken: () => 86_400,
        Grant: () => 86_400,
        Session: () => 3_600,
        Interaction: () => 600,
        IdToken: () => 3_600,
      },
    };
  }
}
