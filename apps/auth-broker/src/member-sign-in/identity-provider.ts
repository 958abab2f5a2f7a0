import { regionUnavailable } from '@pontage/problems';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ClientAuth,
  type Configuration,
} from 'openid-client';
import type { TokenEgress } from '../grant/token-egress.js';
import type { OidcClient } from './oidc-settings.js';

/** Members sign in before it is known of which organisation they are. */
const noOrganisation = '00000000-0000-0000-0000-000000000000';
/** Each request; a sign-in makes up to four of them. */
const timeoutMs = 3_000;
/** Providers say in weeks that something of theirs will change. */
const keptForMs = 10 * 60_000;

/** The identity provider of this installation: what it says of itself, and the way to it, through an egress worker. */
export class IdentityProvider {
  private known: { readonly configuration: Promise<Configuration>; readonly until: number } | undefined;

  constructor(
    /** Undefined: there is none. */
    readonly client: OidcClient | undefined,
    private readonly egress: TokenEgress,
    /** The regions that have a worker now. */
    private readonly regions: () => readonly string[],
  ) {}

  /** What is known of the provider and of us; asked anew every ten minutes, and after a failure. */
  async configuration(client: OidcClient): Promise<Configuration> {
    if (this.known === undefined || this.known.until < performance.now())
      this.known = { configuration: this.discover(client), until: performance.now() + keptForMs };
    try {
      return await this.known.configuration;
    } catch (error) {
      this.known = undefined;
      throw error;
    }
  }

  private discover(client: OidcClient): Promise<Configuration> {
    const issuer = new URL(client.issuer);
    const execute = [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])];
    return discovery(issuer, client.clientId, undefined, authenticationOf(client), {
      execute,
      [customFetch]: (url, init) => this.fetch(client, url, init),
    });
  }

  private fetch(
    client: OidcClient,
    url: string,
    init: Parameters<ReturnType<TokenEgress['fetchFrom']>>[1],
  ): Promise<Response> {
    const region = client.region ?? this.regions()[0];
    if (region === undefined) throw regionUnavailable({ region: 'any' });
    return this.egress.fetchFrom(region, noOrganisation, { timeoutMs })(url, init);
  }
}

/** By the header where the provider takes that, which it does unless it says otherwise. @see OpenID Connect Discovery 1.0, 3 */
function authenticationOf({ clientSecret }: OidcClient): ClientAuth {
  if (clientSecret === undefined) return None();
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const method = methods.includes('client_secret_basic') ? ClientSecretBasic : ClientSecretPost;
    method(clientSecret)(server, ...rest);
  };
}
