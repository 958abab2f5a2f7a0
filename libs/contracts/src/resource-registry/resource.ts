import { z } from 'zod';

const text = (max: number) => z.string().max(max);

/** RFC 9110 token: what a field name may consist of. */
const fieldName = z
  .string()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'A header name holds only token characters (RFC 9110, 5.6.2).');
const fieldValue = text(8192).regex(
  // eslint-disable-next-line no-control-regex -- the control characters are what must not get in
  /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/,
  'A header value holds no line break, control character or code point above U+00FF.',
);

/** A region's id, as DNS labels are written; it is a token of bus subjects too. */
export const regionId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'A region id is lower-case letters, digits and hyphens.');

/** A resource’s name: unique in its organisation, and usable in a URL in place of its id. */
export const resourceName = z
  .string()
  .min(1)
  .max(100)
  .regex(
    /^[A-Za-z0-9][\w .-]*$/,
    'A name begins with a letter or digit and holds letters, digits, spaces, dots, hyphens and underscores.',
  );

/** Ordered pairs: duplicates survive. */
export const pairs = z.array(z.tuple([text(200).min(1), text(8192)])).max(100);
export const headerPairs = z
  .array(z.tuple([fieldName, fieldValue]))
  .max(100)
  .superRefine((headers, context) => {
    for (const [index, [name]] of headers.entries()) {
      if (reservedHeaders.has(name.toLowerCase())) {
        context.addIssue({
          code: 'custom',
          path: [index, 0],
          message: `${name} cannot be set here; authentication and framing set it.`,
        });
      }
    }
  });

/** Headers that belong to framing, to the connection or to `authentication`. */
export const reservedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const baseUrl = z
  .string()
  .max(2000)
  .superRefine((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
      context.addIssue({ code: 'custom', message: 'An absolute http or https URL is needed.' });
    } else if (url.username !== '' || url.password !== '') {
      context.addIssue({
        code: 'custom',
        message: 'User and password do not belong into the URL; use authentication.',
      });
    } else if (url.hash !== '') {
      context.addIssue({ code: 'custom', message: 'A base URL has no fragment.' });
    }
  });

const settings = {
  name: resourceName,
  description: text(2000),
  type: z.literal('rest'),
  baseUrl,
  region: regionId.nullable(),
  urlParams: pairs,
  headers: headerPairs,
  body: pairs,
  timeoutMs: z.int().min(100).max(120_000),
};

/** The settings that decide where a resource's requests go and what they carry, besides its credential. */
export const resourceSettings = z.strictObject({
  ...settings,
  description: settings.description.default(''),
  type: settings.type.default('rest'),
  region: settings.region.default(null),
  urlParams: settings.urlParams.default([]),
  headers: settings.headers.default([]),
  body: settings.body.default([]),
  timeoutMs: settings.timeoutMs.default(10_000),
});
export type ResourceSettings = z.output<typeof resourceSettings>;

/** Some of the settings; the others stay as they are (no defaults are filled in). */
export const resourceSettingsPatch = z.strictObject(settings).partial();

/** A secret as a reader sees it: that it is set, and a keyed fingerprint to tell two of them apart. */
export const secretView = z.strictObject({ set: z.literal(true), fingerprint: z.string() });

/** The method and readable settings of a credential; secret fields show as {@link secretView}. */
export const authenticationView = z.looseObject({ method: z.string() });
export type AuthenticationView = z.infer<typeof authenticationView>;

/** A resource as its readers see it. */
export const resource = resourceSettings.extend({
  id: z.uuid(),
  version: z.int().positive(),
  authentication: authenticationView,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Resource = z.output<typeof resource>;

/** One saved state of a resource. */
export const resourceVersion = z.strictObject({
  version: z.int().positive(),
  at: z.iso.datetime(),
  by: z.strictObject({ type: z.string(), id: z.string(), display: z.string() }),
  resource,
});
