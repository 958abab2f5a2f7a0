import { z } from 'zod';
import { fieldName } from './field-values.js';
import { reservedHeaders } from './pair-values.js';

/** What a signed identity may say of the caller besides who it is: see docs/guides/identity-to-the-upstream.md. */
export const identityClaims = [
  'email',
  'name',
  'groups',
  'externalIdentifier',
  'metadata',
  'environment',
  'app',
  'actor',
] as const;
export type IdentityClaim = (typeof identityClaims)[number];

/** Names with a meaning of their own for upstreams, for those on the way there, or for signers. */
const meaning =
  /^(?:accept|accept-.+|cache-control|cookie2?|set-cookie|content-.+|date|forwarded|from|http2-settings|if-.+|origin|range|referer|sec-.+|user-agent|via|www-authenticate|proxy-.+|x-amz-.+|x-forwarded-.+|x-real-ip|x-http-method.*|x-method-override|x-original-url|x-rewrite-url)$/i;

/** Two names that some servers take for one: CGI, and what came after it, make `_` of `-`. */
export const foldedName = (name: string): string => name.toLowerCase().replaceAll('_', '-');

const headerName = fieldName.refine(
  (name) => !reservedHeaders.has(foldedName(name)) && !meaning.test(foldedName(name)),
  'This header has a meaning of its own; name one that only the upstream’s code looks at, like Pontage-Identity.',
);

/** The header in which a resource's upstream is told, signed, who called. */
export const identityHeader = z.strictObject({
  name: headerName,
  claims: z
    .array(z.enum(identityClaims))
    .max(identityClaims.length)
    .refine((claims) => new Set(claims).size === claims.length, 'A claim is named once.')
    .default([]),
});
export type IdentityHeader = z.output<typeof identityHeader>;
