import { externalIdentifier, userInfo } from '@pontage/contracts';
import { embedUrlDraft } from '@pontage/contracts/embed-session';
import { z } from 'zod';
import { stringifyExactJson } from '../routes/exact-json.js';

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;
const maxMetadataBytes = 1024;

const isInt64 = (value: bigint): boolean => value >= int64.min && value <= int64.max;
const integer = z.union([z.int(), z.bigint().refine(isInt64, 'An integer has at most 64 bits.')]);
/** A control character would end up in logs and lists, and names nobody. */
// eslint-disable-next-line no-control-regex -- the control characters are what must not get in
const printable = z.string().regex(/^[^\u0000-\u001f\u007f]*$/, 'Control characters are not allowed here.');

const metadata = z
  .record(
    z.string(),
    z.union([z.string(), z.boolean(), integer], 'Metadata holds strings, integers of 64 bits and booleans.'),
  )
  .refine(
    (value) => Buffer.byteLength(stringifyExactJson(value)) <= maxMetadataBytes,
    `Metadata is at most ${maxMetadataBytes} bytes of JSON.`,
  );

/** The seed's documentation writes `first_name`, its callers `firstName`: both are read, one is kept. */
const nameFields = { firstName: 'first_name', lastName: 'last_name' } as const;
const user = z
  .strictObject({
    ...userInfo.shape,
    email: printable.max(320).optional(),
    first_name: userInfo.shape.firstName,
    last_name: userInfo.shape.lastName,
  })
  .superRefine((given, context) => {
    for (const [name, other] of Object.entries(nameFields)) {
      const [a, b] = [given[name as keyof typeof given], given[other]];
      if (a !== undefined && b !== undefined && a !== b)
        context.addIssue({ code: 'custom', path: [other], message: `${name} and ${other} say different things.` });
    }
  });

/** The body of `POST /api/embed-url/external-user`: the seed document's table, names and bounds exactly, and ours besides. */
export const embedUrlRequest = z
  .strictObject({
    landingPageUuid: z.uuid(),
    groupIds: embedUrlDraft.shape.groupIds,
    externalIdentifier: z.union(
      [externalIdentifier, integer],
      'A string of 1 to 255 characters or an integer is needed.',
    ),
    sessionDurationMinutes: embedUrlDraft.shape.sessionDurationMinutes,
    userInfo: user.optional(),
    metadata: metadata.optional(),
    environment: embedUrlDraft.shape.environment,
    branch: embedUrlDraft.shape.branch,
    releaseVersion: embedUrlDraft.shape.releaseVersion,
    allowedOrigins: embedUrlDraft.shape.allowedOrigins,
    urlTtlSeconds: embedUrlDraft.shape.urlTtlSeconds,
  })
  .refine(({ branch, releaseVersion }) => branch === undefined || releaseVersion === undefined, {
    path: ['branch'],
    message: 'A branch and a release version exclude each other.',
  });

/** The request in the words of the contract: one spelling of each name, numbers as text, metadata as exact JSON. */
export function draftOf(request: z.output<typeof embedUrlRequest>): z.input<typeof embedUrlDraft> {
  const {
    externalIdentifier: identifier,
    userInfo: given,
    metadata: values,
    landingPageUuid,
    groupIds,
    ...rest
  } = request;
  const { email, firstName = given?.first_name, lastName = given?.last_name } = given ?? {};
  return {
    ...withoutUndefined(rest),
    landingPageUuid: landingPageUuid.toLowerCase(),
    groupIds: [...new Set(groupIds)],
    externalIdentifier: String(identifier),
    userInfo: withoutUndefined({ email, firstName, lastName }),
    metadataJson: stringifyExactJson(values ?? {}),
  };
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
