import { cookiePlaceholder } from '@pontage/contracts/resource-registry';
import { isFieldName, isFieldValue, type Pairs } from '@pontage/http-message';
import { invalidRequest } from '@pontage/problems';
import { headerValue, parseTemplate, renderText, type Scope, type Template } from '@pontage/templates';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import { withCookies, type RequestCookies } from './cookie-line.js';
import { defaultHeaders } from './default-headers.js';
import type { SecretLedger } from './injected-secrets.js';
import { at, type SettingPairs } from './render-pairs.js';

/** What header values may draw upon. */
export interface HeaderSources {
  readonly scope: Scope;
  readonly cookies: RequestCookies;
  readonly ledger: SecretLedger;
}

/**
 * Header templates, rendered; the sealed ones opened and noted. `COOKIE_<name>` in the text itself, not in what a
 * template brings, becomes the value of that cookie; a header that names a cookie which is not sent is left out.
 * @throws Problem with the pointer of the header
 */
export function renderHeaders(given: SettingPairs, { scope, cookies, ledger }: HeaderSources): [string, string][] {
  return given.flatMap(([name, value], index): [string, string][] => {
    const template = parseTemplate(ledger.textOf('headers', name, value));
    const text = at(`/headers/${index}/1`, () => headerText(template, scope, cookies.pairs));
    if (text === undefined) return [];
    if (typeof value !== 'string') ledger.note('headers', name, text);
    ledger.noteVariables('headers', name, template, text);
    return [[name, text]];
  });
}

/**
 * The headers of a request in their order: ours, the resource's, the request's own (which replace the resource's of the
 * same name), one Cookie line.
 * @throws Problem `invalid-request` when one of them could not be one line of a message
 */
export function requestHeaders(
  resource: Pick<ResourceSnapshot, 'excludeDefaultHeaders' | 'sanitizeHeaders'>,
  inherited: Pairs,
  own: Pairs,
  cookies: RequestCookies,
  defaults: 'all' | 'user-agent',
): Pairs {
  const all = inherited.length === 0 ? own : [...notReplaced(inherited, own), ...own];
  const custom = resource.sanitizeHeaders ? sanitized(all) : all;
  const headers = withCookies(custom, cookies);
  headers.forEach(refuseBroken);
  return [...(resource.excludeDefaultHeaders ? [] : defaultHeaders(headers, defaults)), ...headers];
}

function notReplaced(inherited: Pairs, own: Pairs): Pairs {
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  return inherited.filter(([name]) => !names.has(name.toLowerCase()) || name.toLowerCase() === 'cookie');
}

/** Without headers that say nothing, and without the white space around values (RFC 9110, 5.5). */
const sanitized = (headers: Pairs): Pairs =>
  headers
    .map(([name, value]) => [name, value.replaceAll(/^[\t ]+|[\t ]+$/g, '')] as const)
    .filter(([, value]) => value !== '');

function headerText({ parts }: Template, scope: Scope, cookies: Pairs): string | undefined {
  let isWhole = true;
  const cookieOf = (_: string, name: string): string => {
    const found = cookies.find(([known]) => known === name);
    if (found === undefined) isWhole = false;
    return found?.[1] ?? '';
  };
  const text = parts
    .map((part) =>
      typeof part === 'string'
        ? part.replaceAll(cookiePlaceholder, cookieOf)
        : renderText({ parts: [part] }, scope, headerValue),
    )
    .join('');
  return isWhole ? text : undefined;
}

/** Whatever a value was put together from: what is not one header line does not get near the wire. */
function refuseBroken([name, value]: readonly [string, string]): void {
  if (isFieldName(name) && isFieldValue(value)) return;
  const detail = 'A header holds a line break, a control character or a code point above U+00FF.';
  throw invalidRequest({}, { errors: [{ pointer: '/headers', detail }] });
}
