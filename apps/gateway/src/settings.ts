import { isIP } from 'node:net';
import { bulkFolder, busSettings } from '@pontage/settings';
import { z } from 'zod';
import type { OidcManner } from './member-sign-in/oidc-sign-in.js';

/** An absolute http or https URL without credentials, query or fragment; a trailing slash is dropped. */
const publicUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url !== undefined &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (plain) return url.href.replace(/\/+$/, '');
  context.addIssue({ code: 'custom', message: 'an absolute http or https URL is needed' });
  return z.NEVER;
});

const networks = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  )
  .refine((list) => list.every(isNetwork), 'a comma list of addresses and CIDRs is needed');

/** The environment of a gateway: API.md, "Running it". */
export const gatewaySettings = {
  ...busSettings,
  /** `handed`: a port that whoever started this process has bound. */
  PONTAGE_HTTP_PORT: z.union([z.literal('handed'), z.coerce.number().int().min(0).max(65_535)]).default(7400),
  PONTAGE_HTTP_HOST: z.string().default('127.0.0.1'),
  /** Absent: the address that is listened on. */
  PONTAGE_BASE_URL: publicUrl.optional(),
  /** An origin: cookies and paths of embedded apps begin at its root. Absent: the base URL. */
  PONTAGE_EMBED_URL: publicUrl
    .refine((url) => new URL(url).origin === url, 'an origin without a path is needed')
    .optional(),
  /** The identity provider of members, of which the broker knows more; absent: there is none. */
  PONTAGE_OIDC_ISSUER: z.url().optional(),
  /** What people read it as. */
  PONTAGE_OIDC_NAME: z.string().min(1).max(100).optional(),
  /** `0`: nobody becomes a member by signing in. */
  PONTAGE_OIDC_JOIN: z.enum(['0', '1']).default('1'),
  /** Of which organisation, by its name; absent: of the installation's first. */
  PONTAGE_OIDC_ORGANISATION: z.string().min(1).max(100).optional(),
  PONTAGE_BULK_DIR: bulkFolder,
  PONTAGE_SURFACE: z.enum(['all', 'internal', 'external']).default('all'),
  PONTAGE_TRUSTED_PROXIES: networks,
  PONTAGE_MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(256 * 1024 * 1024),
};

export type GatewaySettings = z.output<z.ZodObject<typeof gatewaySettings>>;

/** How members sign in with the identity provider of the environment. */
export function oidcManner(settings: GatewaySettings): OidcManner | undefined {
  const { PONTAGE_OIDC_ISSUER: issuer, PONTAGE_OIDC_NAME: name, PONTAGE_OIDC_ORGANISATION: organisation } = settings;
  if (issuer === undefined) return undefined;
  return { name: name ?? new URL(issuer).host, joins: settings.PONTAGE_OIDC_JOIN === '1', organisation };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
