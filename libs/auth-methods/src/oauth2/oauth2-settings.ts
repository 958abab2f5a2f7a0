import { z } from 'zod';
import { endpoint, textField } from '../fields.js';

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
const scopeToken = {
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

/** The readable fields of an OAuth 2.0 credential. */
export const settings = z
  .strictObject({
    grant: z.literal('client_credentials', { error: 'Only client_credentials is supported.' }).meta({ title: 'Grant' }),
    issuer: textField(2000, endpoint)
      .optional()
      .meta({ title: 'Issuer', description: 'Its metadata document names the token URL.' }),
    tokenUrl: textField(2000, endpoint).optional().meta({ title: 'Token URL' }),
    clientId: textField(1024).meta({ title: 'Client ID' }),
    clientAuthentication: z.enum(['basic', 'post'], { error: 'One of basic and post.' }).default('basic').meta({
      title: 'Client authentication',
      description: '`basic`: in the Authorization header; `post`: in the form.',
    }),
    scopes: z.array(textField(500, scopeToken)).max(100).default([]).meta({ title: 'Scopes' }),
    audience: textField(2000).optional().meta({ title: 'Audience' }),
    extraParams: extraParams.default({}).meta({
      title: 'Extra parameters',
      description: 'Of the token request. They are readable: no place for secrets.',
    }),
    accessTokenLifespanSeconds: z.int().min(1).max(31_536_000).nullable().default(null).meta({
      title: 'Access token lifespan',
      description: 'Seconds after which the token is replaced, if the provider does not name an earlier end.',
    }),
  })
  .superRefine(({ issuer, tokenUrl }, context) => {
    if (issuer === undefined && tokenUrl === undefined)
      context.addIssue({
        code: 'custom',
        path: ['tokenUrl'],
        message: 'A token URL is needed, or an issuer that names it.',
      });
  });

/** The sealed fields of an OAuth 2.0 credential. */
export const secrets = z.strictObject({ clientSecret: textField(4096).meta({ title: 'Client secret' }) });
