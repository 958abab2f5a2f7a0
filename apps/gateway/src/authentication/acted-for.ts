// Whose behalf a backend calls on: the header `Pontage-User`. A header holds ASCII that people can rely on, so what is not
// printable ASCII is percent-encoded UTF-8 (RFC 3986, 2.1), and `%` with it. What stands for itself must not be encoded:
// otherwise a user who may choose his own identifier could call himself `ada%40example.com`, and a backend that encodes
// nothing would have him act as somebody else.

import type { IncomingMessage } from 'node:http';
import { externalIdentifier } from '@pontage/contracts';
import { invalidRequest } from '@pontage/problems';

const name = 'Pontage-User';

/**
 * The external user whom the request says its caller acts for; undefined: none.
 * @throws Problem `invalid-request` with a pointer to the header
 */
export function actedFor({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): string | undefined {
  const values = rawHeaders.filter((_, index) => index % 2 === 1 && isName(rawHeaders[index - 1]));
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length > 1) throw refused('The header stands more than once.');
  const identifier = externalIdentifier.safeParse(decoded(value));
  if (!identifier.success) throw refused('An identifier has 1 to 255 characters, none of them a control character.');
  return identifier.data;
}

/** @throws Problem `invalid-request` when the request names somebody to act for */
export function refuseActing({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): void {
  if (rawHeaders.some((each, index) => index % 2 === 0 && isName(each)))
    throw refused('Acting for an external user is not offered here.');
}

const isName = (text: string | undefined): boolean => text?.toLowerCase() === name.toLowerCase();

function decoded(value: string): string {
  if (/[^\x20-\x7e]/.test(value)) throw refused('What is not printable ASCII is percent-encoded, as UTF-8.');
  const text = percentDecoded(value);
  if (encoded(text) !== value.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase()))
    throw refused('Printable ASCII but for % stands for itself, and is not percent-encoded.');
  return text;
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    throw refused('A % begins the percent-encoding of UTF-8; the character itself is %25.', cause);
  }
}

/** The one way in which an identifier is written. A header has no white space at its ends. @see RFC 9110, 5.5 */
const encoded = (text: string): string => text.replaceAll(/^ | $|[^ -$&-~]+/g, encodeURIComponent);

const refused = (detail: string, cause?: unknown) =>
  invalidRequest({}, { errors: [{ pointer: `/headers/${name}`, detail }], cause });
