import { isIP } from 'node:net';
import { busSettings } from '@pontage/settings';
import { z } from 'zod';

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
  PONTAGE_SURFACE: z.enum(['all', 'internal', 'external']).default('all'),
  PONTAGE_TRUSTED_PROXIES: networks,
  PONTAGE_MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(256 * 1024 * 1024),
};

export type GatewaySettings = z.output<z.ZodObject<typeof gatewaySettings>>;

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
