import {
  cookieLine,
  cookiePairs,
  headerOf,
  withHeader,
  withQueryParam,
  type OutboundRequest,
} from '@pontage/http-message';
import { invalidRequest } from '@pontage/problems';
import { z } from 'zod';
import type { AuthMethod } from '../auth-method.js';
import { headerText, isTemplated, textField } from '../fields.js';

/** RFC 9110 5.6.2, and the name of a cookie in RFC 6265 4.1.1. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 6265 4.1.1. */
const cookieValue = /^[\u0021\u0023-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]+$/;
/** Headers that frame the message or belong to the connection; a cookie has a place of its own. */
const framing =
  /^(?:connection|content-length|cookie|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

const settings = z
  .strictObject({
    in: z
      .enum(['header', 'query', 'cookie'], { error: 'One of header, query and cookie.' })
      .default('header')
      .meta({ title: 'Place' }),
    name: textField(200).meta({ title: 'Name', description: 'Of the header, query parameter or cookie.' }),
  })
  .superRefine(({ in: place, name }, context) => {
    const fault = isTemplated(name) || place === 'query' ? undefined : nameFault(place, name);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['name'], message: fault });
  });
const secrets = z.strictObject({
  value: textField(8192, headerText).meta({ title: 'Key' }),
});

const nameFault = (place: 'header' | 'cookie', name: string): string | undefined => {
  if (!token.test(name)) return `The name of a ${place} holds only token characters (RFC 9110, 5.6.2).`;
  return place === 'header' && framing.test(name) ? `${name} cannot carry a key.` : undefined;
};

/** A fixed key in a header, a query parameter or a cookie. */
export const apiKey: AuthMethod<typeof settings, typeof secrets, never> = {
  id: 'api-key',
  title: 'API key',
  guide:
    'The key replaces whatever a query itself puts under this name. A key in a query parameter ends up in the logs of many servers: prefer a header where there is a choice.',
  settings,
  secrets,
  rotates: [['value']],
  retryOn: [],
  apply(request, { settings: { in: place, name }, secrets: { value } }) {
    if (place === 'query') return withQueryParam(request, name, value);
    return place === 'cookie' ? withCookie(request, name, value) : withHeader(request, name, value);
  },
  carriers({ settings: { in: place, name } }) {
    if (place === 'query') return { headers: [], queryParams: [name] };
    return { headers: [place === 'cookie' ? 'cookie' : name.toLowerCase()], queryParams: [] };
  },
  injectedValues: ({ secrets: { value } }) => [value],
};

function withCookie(request: OutboundRequest, name: string, value: string): OutboundRequest {
  // The schema of the secret does not know that it is meant for a cookie.
  if (!cookieValue.test(value)) {
    throw invalidRequest(
      {},
      {
        errors: [
          {
            pointer: '/authentication/value',
            detail: 'A cookie holds no space, quote, comma, semicolon or backslash (RFC 6265, 4.1.1).',
          },
        ],
      },
    );
  }
  const others = cookiePairs(headerOf(request, 'Cookie')).filter(([each]) => each !== name);
  return withHeader(request, 'Cookie', cookieLine([...others, [name, value]]));
}
