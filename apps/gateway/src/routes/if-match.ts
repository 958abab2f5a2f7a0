import { invalidRequest, preconditionFailed } from '@pontage/problems';

/** The entity tag of a version. */
export const etagOf = (version: number): string => `"${version}"`;

/**
 * The version that `If-Match` names; undefined when any will do.
 * @throws Problem `precondition-failed` for a tag that no version of ours can have
 * @see RFC 9110, 13.1.1: comparison is strong, so a weak tag never matches
 */
export function versionToMatch(header: string | undefined): number | undefined {
  const value = header?.trim();
  if (value === undefined || value === '*') return undefined;
  if (value.includes(','))
    throw invalidRequest({}, { errors: [{ pointer: '/headers/If-Match', detail: 'One entity tag at a time.' }] });
  const version = /^"([1-9]\d{0,8})"$/.exec(value)?.[1];
  if (version === undefined) throw preconditionFailed({});
  return Number(version);
}
