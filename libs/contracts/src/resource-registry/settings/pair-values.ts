import { z } from 'zod';
import { cookieName, cookieValue, fieldName, fieldValue, text } from './field-values.js';

/** A secret as a reader sees it: that it is set, and a keyed fingerprint to tell two of them apart. */
export const secretView = z.strictObject({ set: z.literal(true), fingerprint: z.string().max(100) });
export type SecretView = z.output<typeof secretView>;

/** A secret as the registry hears of it: which one of the draft that the broker keeps. */
export const draftedSecret = z.strictObject({ draft: z.string().regex(/^s\d{1,3}$/) });
export type DraftedSecret = z.output<typeof draftedSecret>;

/** How a sealed value is written where any text could stand; `rule` is what the text has to keep to. */
export type SealedForm<S extends z.ZodType> = (rule: z.ZodString) => S;

/** As a client gives it: the secret itself, or the placeholder that it read, which keeps it. */
export const givenForm = (rule: z.ZodString) =>
  z.union([secretView, z.strictObject({ secret: rule.min(1, 'A secret has at least one character.') })]);
/** As the registry is told. */
export const draftedForm = () => z.union([secretView, draftedSecret]);
/** As it is saved and read. */
export const storedForm = () => secretView;

/** Headers that belong to framing or to the connection. */
const framingHeaders = [
  'proxy-authorization',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Headers that a query cannot set: those of framing, and what `authentication` is for. */
export const reservedHeaders: ReadonlySet<string> = new Set(['authorization', ...framingHeaders]);
const framing: ReadonlySet<string> = new Set(framingHeaders);

const maxPairs = 100;

/** Files are written by hand, and YAML reads an unquoted 2 as a number. */
const neitherForm = { error: 'A value is a text (numbers in quotes), or an object with "secret".' };

/** Ordered pairs: duplicates survive. */
export const pairs = z.array(z.tuple([text(200).min(1), text(8192)])).max(maxPairs);

/** The headers of a query. */
export const headerPairs = z
  .array(z.tuple([fieldName, fieldValue]))
  .max(maxPairs)
  .superRefine((headers, context) => refuseHeaders(headers, reservedHeaders, context));

/** Pairs of a resource, whose values may be sealed. */
export const settingPairs = <S extends z.ZodType>(sealed: SealedForm<S>) =>
  z.array(z.tuple([text(200).min(1), z.union([text(8192), sealed(text(8192))], neitherForm)])).max(maxPairs);

/** The headers of a resource. */
export const settingHeaders = <S extends z.ZodType>(sealed: SealedForm<S>) =>
  z
    .array(z.tuple([fieldName, z.union([fieldValue, sealed(fieldValue)], neitherForm)]))
    .max(maxPairs)
    .superRefine((headers, context) => refuseHeaders(headers as [string, unknown][], framing, context));

/** The static cookies of a resource. */
export const settingCookies = <S extends z.ZodType>(sealed: SealedForm<S>) =>
  z.array(z.tuple([cookieName, z.union([cookieValue, sealed(cookieValue)], neitherForm)])).max(maxPairs);

function refuseHeaders(
  headers: readonly (readonly [string, unknown])[],
  refused: ReadonlySet<string>,
  context: z.RefinementCtx,
): void {
  for (const [index, [name]] of headers.entries()) {
    if (refused.has(name.toLowerCase())) {
      context.addIssue({
        code: 'custom',
        path: [index, 0],
        message: `${name} cannot be set here; authentication and framing set it.`,
      });
    }
  }
}
