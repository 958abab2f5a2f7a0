import { z } from 'zod';
import { endpoint, isTemplated, textField, verificationUrl } from '../fields.js';
import { clientKey } from './client-key.js';

/** Parameters of the token and of the authorization request that have a field of their own, or are not for anybody to set. */
const reserved: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'audience',
  'response_type',
  'response_mode',
  'redirect_uri',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'request',
  'request_uri',
]);

/** RFC 6749, 3.3: scope-token. */
export const scopeToken = {
  holds: (text: string) => /^[\u0021\u0023-\u005b\u005d-\u007e]+$/.test(text),
  message: 'A scope holds no space, quote or backslash (RFC 6749, 3.3).',
};

const extraParams = z.record(textField(200), textField(2000)).superRefine((params, context) => {
  for (const name of Object.keys(params)) {
    if (reserved.has(name))
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `${name} has a field of its own or is not for you to set.`,
      });
  }
});

/** How the client proves itself at the token endpoint, and which secret each way needs. */
export const clientAuthentications = {
  basic: ['clientSecret'],
  post: ['clientSecret'],
  private_key_jwt: ['privateKey'],
  none: [],
} as const satisfies Record<string, readonly string[]>;

/** How tokens are obtained. */
export const grant = z
  .enum(['authorization_code', 'client_credentials'], { error: 'One of authorization_code, client_credentials.' })
  .meta({
    title: 'Grant',
    description:
      '`authorization_code`: a person signs in at the provider and agrees; `client_credentials`: Pontage itself is the client.',
  });

/** What the authorization endpoint is asked to do with the person. @see OpenID Connect Core, 3.1.2.1 */
const prompts = ['none', 'consent', 'login', 'select_account', 'omit'] as const;

/** How people give their consent, and how what they gave is kept. */
export const consentFields = {
  prompt: z
    .enum(prompts, { error: `One of ${prompts.join(', ')}.` })
    .optional()
    .meta({ title: 'Prompt', description: 'What the provider asks the person for; `omit` without it.' }),
  pkce: z
    .boolean()
    .optional()
    .meta({ title: 'PKCE', description: 'On without it (RFC 7636); off for a provider that refuses it.' }),
  share: z.enum(['user', 'everyone'], { error: 'One of user, everyone.' }).optional().meta({
    title: 'Share',
    description: '`user` (without it): each caller signs in; `everyone`: one sign-in for all.',
  }),
  skipConsentScreen: z.boolean().optional().meta({
    title: 'Skip our page',
    description: 'On: straight to the provider. Off (without it): a page of ours says first who will get what.',
  }),
  refresh: z
    .strictObject({
      ahead: z.boolean().default(true),
      onDemand: z.boolean().default(true),
      background: z.boolean().default(true),
    })
    .optional()
    .meta({
      title: 'Refresh',
      description:
        '`ahead`: before it expires, while it is used; `onDemand`: when a query meets an expired or refused token; `background`: also while nobody uses it. All on without it.',
    }),
};

/** What every provider of OAuth 2.0 is asked with, wherever its endpoints are. */
export const clientFields = {
  clientId: textField(1024).meta({ title: 'Client ID' }),
  clientAuthentication: z
    .enum(Object.keys(clientAuthentications) as (keyof typeof clientAuthentications)[], {
      error: `One of ${Object.keys(clientAuthentications).join(', ')}.`,
    })
    .default('basic')
    .meta({
      title: 'Client authentication',
      description:
        '`basic`: in the Authorization header; `post`: in the form; `private_key_jwt`: an assertion signed with the private key; `none`: the client ID alone.',
    }),
  scopes: z.array(textField(500, scopeToken)).max(100).default([]).meta({ title: 'Scopes' }),
  audience: textField(2000).optional().meta({ title: 'Audience' }),
  extraParams: extraParams.default({}).meta({
    title: 'Extra parameters',
    description:
      'Of the token request, or of the authorization request where a person signs in. They are readable: no place for secrets.',
  }),
  verificationUrl,
  accessTokenLifespanSeconds: z.int().min(1).max(31_536_000).nullable().default(null).meta({
    title: 'Access token lifespan',
    description: 'Seconds after which the token is replaced, if the provider does not name an earlier end.',
  }),
};

/** The readable fields of an OAuth 2.0 credential. */
export const settings = z
  .strictObject({
    grant,
    issuer: textField(2000, endpoint)
      .optional()
      .meta({ title: 'Issuer', description: 'Its metadata document names the URLs that are not given.' }),
    authorizationUrl: textField(2000, endpoint).optional().meta({ title: 'Authorization URL' }),
    tokenUrl: textField(2000, endpoint).optional().meta({ title: 'Token URL' }),
    revocationUrl: textField(2000, endpoint)
      .optional()
      .meta({ title: 'Revocation URL', description: 'On the origin of the token URL.' }),
    ...clientFields,
    ...consentFields,
  })
  .superRefine((given, context) => {
    for (const [name, message] of [...urlFaults(given), ...consentFaults(given)])
      context.addIssue({ code: 'custom', path: [name], message });
  });

type Faults = [field: string, message: string][];

function urlFaults(given: {
  readonly grant: z.output<typeof grant>;
  readonly issuer?: string | undefined;
  readonly authorizationUrl?: string | undefined;
  readonly tokenUrl?: string | undefined;
  readonly revocationUrl?: string | undefined;
}): Faults {
  const { issuer, tokenUrl, authorizationUrl, revocationUrl } = given;
  const asks = given.grant === 'authorization_code';
  const faults: Faults = [];
  if (issuer === undefined && tokenUrl === undefined)
    faults.push(['tokenUrl', 'A token URL is needed, or an issuer that names it.']);
  if (asks && issuer === undefined && authorizationUrl === undefined)
    faults.push(['authorizationUrl', 'An authorization URL is needed, or an issuer that names it.']);
  if (!asks && authorizationUrl !== undefined) faults.push(['authorizationUrl', onlyForPeople]);
  const destination = tokenUrl ?? issuer;
  // The client's secret goes there as well.
  if (revocationUrl !== undefined && destination !== undefined && !haveOneOrigin(revocationUrl, destination))
    faults.push(['revocationUrl', 'The revocation URL is not on the origin of the token URL.']);
  return faults;
}

/** What of the fields about people has been given with a grant that asks nobody. */
export function consentFaults(given: { readonly grant: z.output<typeof grant> }): Faults {
  if (given.grant === 'authorization_code') return [];
  return Object.keys(consentFields)
    .filter((name) => name !== 'refresh' && (given as Record<string, unknown>)[name] !== undefined)
    .map((name) => [name, onlyForPeople]);
}

const onlyForPeople = 'Only with the grant authorization_code.';

function haveOneOrigin(one: string, other: string): boolean {
  if (isTemplated(one) || isTemplated(other)) return true;
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

/** The sealed fields of an OAuth 2.0 credential; which of them it needs, its client authentication says. */
export const secrets = z.strictObject({
  clientSecret: textField(4096).optional().meta({ title: 'Client secret' }),
  privateKey: clientKey.optional().meta({
    title: 'Private key',
    description: 'PEM, or a JWK (as an object or as text) whose `kid` and `alg` are used.',
  }),
});
