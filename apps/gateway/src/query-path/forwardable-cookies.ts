import type { IncomingMessage } from 'node:http';
import { isOwnCookie } from '@pontage/contracts/resource-registry';
import { cookieLine, cookiePairs } from '@pontage/http-message';
import { invalidRequest } from '@pontage/problems';

/** More cookies than browsers keep for one site are nobody's. */
const maxBytes = 16 * 1024;

/**
 * The caller's cookies as a resource may have them forwarded, in one line: without ours, which say who a browser is to us.
 * Undefined: there are none.
 * @throws Problem `invalid-request` when they are more than an upstream would take.
 */
export function forwardableCookies({ headers }: IncomingMessage): string | undefined {
  if (headers.cookie === undefined) return undefined;
  const line = cookieLine(cookiePairs(headers.cookie).filter(([name]) => !isOwnCookie(name)));
  if (line === '') return undefined;
  if (Buffer.byteLength(line) <= maxBytes) return line;
  throw invalidRequest(
    {},
    { errors: [{ pointer: '/headers/Cookie', detail: `At most ${maxBytes} bytes of cookies can be forwarded.` }] },
  );
}
