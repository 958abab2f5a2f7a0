import { z } from 'zod';

/** An issuer is reached over TLS; one on this machine, in a test, may do without. */
const issuer = z.url().refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}, 'an https URL is needed');

/** The identity provider that members sign in with, as the environment names it. @see OpenID Connect Discovery 1.0 */
export const oidcSettings = {
  /** Everything else is found there; absent: members have passwords only. */
  PONTAGE_OIDC_ISSUER: issuer.optional(),
  PONTAGE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  /** Absent: a public client. */
  PONTAGE_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  PONTAGE_OIDC_SCOPES: z.string().default('openid email profile'),
  /** The claim that lists names of groups; absent: groups are managed here. */
  PONTAGE_OIDC_GROUPS_CLAIM: z.string().min(1).optional(),
  /** From where it is asked; absent: from any region that has a worker. */
  PONTAGE_OIDC_REGION: z.string().min(1).optional(),
};

/** An identity provider, and what we are to it. */
export interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  readonly groupsClaim: string | undefined;
  readonly region: string | undefined;
}

/**
 * The identity provider of the environment, whose secret is taken out of it.
 * @throws Error for an issuer without a client id
 */
export function oidcClient(settings: z.output<z.ZodObject<typeof oidcSettings>>): OidcClient | undefined {
  const { PONTAGE_OIDC_ISSUER, PONTAGE_OIDC_CLIENT_ID } = settings;
  delete process.env.PONTAGE_OIDC_CLIENT_SECRET;
  if (PONTAGE_OIDC_ISSUER === undefined) return undefined;
  if (PONTAGE_OIDC_CLIENT_ID === undefined) throw new Error('PONTAGE_OIDC_ISSUER needs PONTAGE_OIDC_CLIENT_ID');
  return {
    issuer: PONTAGE_OIDC_ISSUER,
    clientId: PONTAGE_OIDC_CLIENT_ID,
    clientSecret: settings.PONTAGE_OIDC_CLIENT_SECRET,
    scopes: settings.PONTAGE_OIDC_SCOPES,
    groupsClaim: settings.PONTAGE_OIDC_GROUPS_CLAIM,
    region: settings.PONTAGE_OIDC_REGION,
  };
}
