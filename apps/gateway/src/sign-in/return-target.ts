import { invalidRequest } from '@pontage/problems';

/** Origins that people may be sent back to besides those of the organisation. */
export interface OwnOrigins {
  readonly baseUrl: string;
  readonly embedOrigin: string;
}

/**
 * Where a person goes once they have signed in: a path of ours, or a URL on an origin that is ours or the organisation's.
 * @returns null: nowhere, a page says that it may be closed
 * @throws invalidRequest for everywhere else
 */
export function returnTargetOf(
  returnTo: string | undefined,
  { baseUrl, embedOrigin }: OwnOrigins,
  returnOrigins: readonly string[],
): string | null {
  if (returnTo === undefined) return null;
  const isPath = /^\/(?![/\\])/.test(returnTo);
  const url = URL.canParse(returnTo, isPath ? baseUrl : undefined)
    ? new URL(returnTo, isPath ? baseUrl : undefined)
    : undefined;
  const isPlain = url !== undefined && url.username === '' && url.password === '' && /^https?:$/.test(url.protocol);
  const allowed = [new URL(baseUrl).origin, embedOrigin, ...returnOrigins];
  if (isPlain && allowed.includes(url.origin)) return url.href;
  const detail = 'It is neither a path of ours nor on an origin that the organisation lists in returnOrigins.';
  throw invalidRequest({}, { errors: [{ pointer: '/returnTo', detail }] });
}
