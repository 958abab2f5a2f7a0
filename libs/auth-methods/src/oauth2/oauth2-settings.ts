import { z } from 'zod';
import { endpoint, textField, verificationUrl } from '../fields.js';
import { clientKey } from './client-key.js';

/** Parameters of the token request that have a field of their own. */
const reserved: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'audience',
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
  .literal('client_credentials', { error: 'Only client_credentials is supported.' })
  .meta({ title: 'Grant' });

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
    description: 'Of the token request. They are readable: no place for secrets.',
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
      .meta({ title: 'Issuer', description: 'Its metadata document names the token URL.' }),
    tokenUrl: textField(2000, endpoint).optional().meta({ title: 'Token URL' }),
    ...clientFields,
  })
  .superRefine(({ issuer, tokenUrl }, context) => {
    if (issuer === undefined && tokenUrl === undefined)
      context.addIssue({
        code: 'custom',
        path: ['tokenUrl'],
        message: 'A token URL is needed, or an issuer that names it.',
      });
  });

/** The sealed fields of an OAuth 2.0 credential; which of them it needs, its client authentication says. */
export const secrets = z.strictObject({
  clientSecret: textField(4096).optional().meta({ title: 'Client secret' }),
  privateKey: clientKey.optional().meta({
    title: 'Private key',
    description: 'PEM, or a JWK (as an object or as text) whose `kid` and `alg` are used.',
  }),
});
