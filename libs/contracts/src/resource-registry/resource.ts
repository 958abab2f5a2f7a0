import { z } from 'zod';
import { environmentName, maxEnvironments } from './environment-name.js';
import { cookieName, isOwnCookie, text } from './settings/field-values.js';
import {
  draftedForm,
  draftedSecret,
  givenForm,
  secretView,
  settingCookies,
  settingHeaders,
  settingPairs,
  storedForm,
  type SealedForm,
} from './settings/pair-values.js';
import { identityHeader } from './settings/identity-header.js';
import { pinned, regionId, regionPolicy } from './settings/region-policy.js';
import { resourcePolicy } from './settings/resource-policy.js';
import { retries } from './settings/retries.js';
import { privateKeyText, resourceTls } from './settings/resource-tls.js';

/** A resource’s name: unique in its organisation, and usable in a URL in place of its id. */
export const resourceName = z
  .string()
  .min(1)
  .max(100)
  .regex(
    /^[A-Za-z0-9][\w .-]*$/,
    'A name begins with a letter or digit and holds letters, digits, spaces, dots, hyphens and underscores.',
  );

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
    } else if (/[\s\\]|\/\.{1,2}(?:[/?]|$)|%2e/i.test(value.replaceAll(/\{\{.*?\}\}/g, ''))) {
      context.addIssue({ code: 'custom', message: 'A base URL has no white space, no backslash and no dot segments.' });
    } else if (url.hash !== '') {
      context.addIssue({ code: 'custom', message: 'A base URL has no fragment.' });
    }
  });

const maxResponseBytes = 256 * 1024 * 1024;

/** The settings that an environment may have of its own; values may be sealed, in the given form. */
const ownSettings = <S extends z.ZodType, K extends z.ZodType>(sealed: SealedForm<S>, key: K) => ({
  baseUrl,
  region: regionId.nullable(),
  regionPolicy,
  urlParams: settingPairs(sealed),
  headers: settingHeaders(sealed),
  body: settingPairs(sealed),
  cookies: settingCookies(sealed),
  /** Names of cookies that go on from the caller to the upstream. */
  cookiesToForward: z
    .array(cookieName.refine((name) => !isOwnCookie(name), 'The cookies of Pontage itself are never forwarded.'))
    .max(100),
  forwardAllCookies: z.boolean(),
  excludeDefaultHeaders: z.boolean(),
  sanitizeHeaders: z.boolean(),
  tls: resourceTls(key),
  timeoutMs: z.int().min(100).max(120_000),
  retries,
  limits: z.strictObject({
    /** Queries in hand at once, in all regions together. */
    concurrency: z.int().min(1).max(10_000).nullable().default(null),
    /** Queries begun in a second, on average; as many may begin at once. */
    perSecond: z.number().min(0.1).max(100_000).nullable().default(null),
    responseBytes: z.int().min(1).max(maxResponseBytes).nullable().default(null),
    /** Whether the limits that the upstream tells of are kept to. */
    learn: z.boolean().default(true),
  }),
  policy: resourcePolicy,
  /** Null: the upstream is not told who called. */
  identityHeader: identityHeader.nullable(),
});

/** How often the secrets of a resource's credentials are to be replaced, and how long before that somebody is told. */
const rotation = z
  .strictObject({
    everyDays: z.int().min(1).max(3650),
    remindDaysBefore: z.int().min(0).max(3650).default(0),
  })
  .refine(({ everyDays, remindDaysBefore }) => remindDaysBefore < everyDays, {
    path: ['remindDaysBefore'],
    error: 'A reminder comes later than the rotation before: fewer days than everyDays.',
  });

/** How settings are written: sealed values, a private key, and the authentication that an environment has of its own. */
interface Forms<S extends z.ZodType, K extends z.ZodType, A extends z.ZodType> {
  readonly sealed: SealedForm<S>;
  readonly key: K;
  readonly authentication: A;
}

/** What an environment has of its own; whatever it does not name is as everywhere. */
const environmentWith = <S extends z.ZodType, K extends z.ZodType, A extends z.ZodType>(forms: Forms<S, K, A>) =>
  z.strictObject({ ...ownSettings(forms.sealed, forms.key), authentication: forms.authentication }).partial();

const byEnvironment = <V extends z.ZodType>(value: V) =>
  z
    .record(environmentName, value)
    .refine((given) => Object.keys(given).length <= maxEnvironments, `At most ${maxEnvironments} environments.`);

/** What a resource consists of, but for the `authentication` that it has where an environment has none of its own. */
const settingsWith = <S extends z.ZodType, K extends z.ZodType, A extends z.ZodType>(forms: Forms<S, K, A>) => ({
  name: resourceName,
  description: text(2000),
  type: z.literal('rest'),
  ...ownSettings(forms.sealed, forms.key),
  /** Null: nobody is reminded. */
  rotation: rotation.nullable(),
  environments: byEnvironment(environmentWith(forms)),
});

/** The same with what is there when nothing is said. */
const withDefaults = <S extends z.ZodType, K extends z.ZodType, A extends z.ZodType>(forms: Forms<S, K, A>) => {
  const settings = settingsWith(forms);
  return z.strictObject({
    ...settings,
    description: settings.description.default(''),
    type: settings.type.default('rest'),
    region: settings.region.default(null),
    regionPolicy: settings.regionPolicy.default(pinned),
    urlParams: settings.urlParams.default([]),
    headers: settings.headers.default([]),
    body: settings.body.default([]),
    cookies: settings.cookies.default([]),
    cookiesToForward: settings.cookiesToForward.default([]),
    forwardAllCookies: settings.forwardAllCookies.default(false),
    excludeDefaultHeaders: settings.excludeDefaultHeaders.default(false),
    sanitizeHeaders: settings.sanitizeHeaders.default(true),
    tls: settings.tls.prefault({} as never),
    timeoutMs: settings.timeoutMs.default(10_000),
    retries: settings.retries.prefault({}),
    limits: settings.limits.prefault({}),
    policy: settings.policy.prefault({}),
    identityHeader: settings.identityHeader.default(null),
    rotation: settings.rotation.default(null),
    environments: settings.environments.default({}),
  });
};

/** Some of the settings; the others stay as they are, and so do environments that are not named. Null ends one. */
const patchWith = <S extends z.ZodType, K extends z.ZodType, A extends z.ZodType>(forms: Forms<S, K, A>) =>
  z.strictObject({ ...settingsWith(forms), environments: byEnvironment(environmentWith(forms).nullable()) }).partial();

/** The method and readable settings of a credential; secret fields show as {@link secretView}. */
export const authenticationView = z.looseObject({ method: z.string() });
export type AuthenticationView = z.infer<typeof authenticationView>;

const storedForms = { sealed: storedForm, key: secretView, authentication: authenticationView };
const givenForms = {
  sealed: givenForm,
  key: z.union([privateKeyText, secretView]),
  // Which fields a method has, and which of them are secret, the broker knows.
  authentication: z.record(z.string(), z.json()),
};
const draftedForms = {
  sealed: draftedForm,
  key: z.union([draftedSecret, secretView]),
  /** Which draft of the broker's it is, or what is kept. */
  authentication: z.union([z.strictObject({ draftId: z.uuid() }), authenticationView]),
};

/** The settings that decide where a resource's requests go and what they carry, besides its credential. */
export const resourceSettings = withDefaults(storedForms);
export type ResourceSettings = z.output<typeof resourceSettings>;

/** The settings as a client gives them, secrets and all. */
export const resourceGiven = withDefaults(givenForms);
export const resourceGivenPatch = patchWith(givenForms);
export type ResourceGiven = z.output<typeof resourceGivenPatch>;

/** The settings as the registry hears them: in the place of each new secret stands which one of the draft it is. */
export const resourceDraft = withDefaults(draftedForms);
export type ResourceDraft = z.output<typeof resourceDraft>;
export const resourceDraftPatch = patchWith(draftedForms);
export type ResourceDraftPatch = z.output<typeof resourceDraftPatch>;

/** What an environment of a resource may have of its own, as it is saved. */
export const environmentSettings = z.strictObject(ownSettings(storedForm, secretView)).partial();

/** How old the secrets of a resource's credential are. */
const credentialAge = z.strictObject({
  /** Whose own it is; null: that of all environments without one of their own. */
  environment: environmentName.nullable(),
  /** Since when its secrets are what they are. */
  rotatedAt: z.iso.datetime(),
  /** When they are to be replaced; null: no rotation is set. */
  dueAt: z.iso.datetime().nullable(),
  /** Since when a rotation of it settles; null: none does. Where it is not looked up, as of versions, it is not there. */
  settlingSince: z.iso.datetime().nullable().optional(),
});
export type CredentialAge = z.output<typeof credentialAge>;

/** A resource as its readers see it. */
export const resource = resourceSettings.extend({
  id: z.uuid(),
  version: z.int().positive(),
  authentication: authenticationView,
  credentials: z.array(credentialAge),
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
