import { cookieLine, cookiePairs, headerOf, withHeader, type OutboundRequest } from '@pontage/http-message';
import { z } from 'zod';
import type { AuthMethod } from '../auth-method.js';
import { endpoint, isTemplated, textField, verificationUrl } from '../fields.js';

/** RFC 6265, 4.1.1. */
const cookieName = {
  holds: (text: string): boolean =>
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text) && !/^(?:__Host-|__Secure-)?pontage/i.test(text),
  message: 'The name of a cookie holds only token characters (RFC 6265, 4.1.1), and is none of Pontage’s own.',
};

const settings = z.strictObject({
  cookiesToForward: z
    .array(textField(200, cookieName))
    .min(1, { error: 'At least one cookie is needed.' })
    .max(50)
    .meta({ title: 'Cookies to forward', description: 'Names. No other cookie of the caller is sent.' }),
  verificationUrl,
  loginUrl: textField(2000, endpoint).optional().meta({ title: 'Login URL', description: 'Where users sign in.' }),
});
const secrets = z.strictObject({});
/** Texts shorter than this occur in answers by chance. */
const shortestNoted = 4;

/** The caller's own session cookies, passed on by name. */
export const session: AuthMethod<typeof settings, typeof secrets, never> = {
  id: 'session',
  title: 'Session cookies (deprecated)',
  guide:
    'Deprecated: it depends on cookies that browsers send to other sites less and less. Use OAuth 2.0 or another method that the API offers. Of the caller’s cookies those with these names are passed on, and no others.',
  deprecated: true,
  settings,
  secrets,
  retryOn: [],
  verificationUrl: ({ verificationUrl: url }) => url,
  callerCookies: ({ cookiesToForward }) => cookiesToForward.filter((name) => !isTemplated(name)),
  apply: (request, { settings: { cookiesToForward } }, _grant, _now, occasion) =>
    withNamedCookies(request, occasion?.cookies, cookiesToForward),
  carriers: () => ({ headers: ['cookie'], queryParams: [] }),
  // The caller's own, and a secret on its way: an answer that repeats one travels sealed.
  injectedValues: ({ settings: { cookiesToForward } }, _grant, applied) =>
    cookiePairs(applied === undefined ? undefined : headerOf(applied, 'Cookie'))
      .filter(([name]) => cookiesToForward.includes(name))
      .map(([, value]) => value)
      .filter((value) => value.length >= shortestNoted),
};

/** Adds the caller's cookies of these names; one that the resource itself sends stands. */
function withNamedCookies(
  request: OutboundRequest,
  line: string | undefined,
  names: readonly string[],
): OutboundRequest {
  const present = cookiePairs(headerOf(request, 'Cookie'));
  const taken = new Set(present.map(([name]) => name));
  const added = cookiePairs(line).filter(([name]) => names.includes(name) && !taken.has(name));
  return added.length === 0 ? request : withHeader(request, 'Cookie', cookieLine([...present, ...added]));
}
