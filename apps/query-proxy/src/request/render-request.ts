import type { QueryBody, QueryRequest } from '@pontage/contracts/query-proxy';
import { encodeBody, joinUrl, type EncodedBody, type OutboundRequest, type RenderedBody } from '@pontage/http-message';
import {
  jsonString,
  parseTemplate,
  plainText,
  renderJson,
  renderText,
  type Encoder,
  type Scope,
} from '@pontage/templates';
import type { SealedTexts } from '../credential/sealed-value-cache.js';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import { requestCookies } from './cookie-line.js';
import { isBodyless, withExtra } from './extra-body.js';
import { renderBaseUrl } from './base-url.js';
import { SecretLedger, type SecretTextOf } from './injected-secrets.js';
import { renderPath } from './render-path.js';
import { at, renderPairs, renderSetting } from './render-pairs.js';
import { renderHeaders, requestHeaders } from './request-headers.js';
import { requireAllowed } from './resource-policy.js';

/** What a request is rendered from, besides the resource and the query. */
export interface RenderSources {
  /** What the resource's settings may name. */
  readonly scope: Scope;
  /** What the query itself may name. */
  readonly queryScope: Scope;
  /** Secret variables that have been opened. */
  readonly secretText: SecretTextOf;
  /** The sealed values of the resource. */
  readonly sealed: SealedTexts;
  /** The caller's own cookies, as one line; ours are not among them. */
  readonly cookieLine: string | undefined;
}

/** A request that lacks its credential only, and what has to be known about it. */
export interface RenderedRequest {
  readonly request: OutboundRequest;
  readonly secrets: SecretLedger;
  /** The names of the caller's cookies that go along. */
  readonly forwardedCookies: readonly string[];
}

/**
 * The request that a query makes of a resource: defaults and own settings joined, every template resolved and encoded
 * for the place where its value lands. It does not carry the credential yet.
 * @throws Problem `invalid-request` with the pointer of the field that cannot be rendered; `forbidden` when the
 * resource's policy does not allow it.
 */
export function renderRequest(
  resource: ResourceSnapshot,
  query: QueryRequest,
  { scope, queryScope, sealed, secretText, cookieLine }: RenderSources,
): RenderedRequest {
  const ledger = new SecretLedger(sealed, secretText);
  const path = at('/path', () => renderPath(query.path, queryScope));
  const cookies = requestCookies(resource, cookieLine, scope, ledger);
  const own = renderHeaders(query.headers, { scope: queryScope, cookies, ledger });
  requireAllowed(resource.policy, query.method, path, own);
  const url = joinUrl(
    renderBaseUrl(resource, scope, ledger),
    path,
    renderSetting('urlParams', resource.urlParams, scope, plainText, ledger),
    renderPairs(query.urlParams, queryScope, plainText, '/urlParams'),
  );
  const inherited = renderHeaders(resource.headers, { scope, cookies, ledger });
  const headers = requestHeaders(resource, inherited, own, cookies, 'all');
  const body = at('/body', () => renderBody(resource, query, { scope, queryScope }, ledger));
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    request: {
      method: query.method,
      url,
      headers: body === undefined || hasType ? headers : [...headers, ['Content-Type', body.contentType]],
      body: body?.bytes,
    },
    secrets: ledger,
    forwardedCookies: cookies.forwarded,
  };
}

/** A resource's extra body pairs join JSON objects, forms and multipart; they are never sent with GET or HEAD. */
function renderBody(
  resource: ResourceSnapshot,
  query: QueryRequest,
  { scope, queryScope }: Pick<RenderSources, 'scope' | 'queryScope'>,
  ledger: SecretLedger,
): EncodedBody | undefined {
  const extra = isBodyless(query.method) ? [] : renderSetting('body', resource.body, scope, plainText, ledger);
  if (query.body === undefined && extra.length === 0) return undefined;
  return encodeBody(withExtra(rendered(query.body ?? { type: 'json', value: {} }, queryScope), extra));
}

function rendered(body: QueryBody, scope: Scope): RenderedBody {
  const text = (value: string, encode: Encoder) => renderText(parseTemplate(value), scope, encode);
  switch (body.type) {
    case 'json':
      return { type: 'json', value: renderJson(body.value, scope) };
    case 'form':
      return { type: 'form', value: body.value.map(([name, value]) => [name, text(value, plainText)]) };
    case 'raw':
      return { ...body, value: text(body.value, body.contentType?.includes('json') === true ? jsonString : plainText) };
    case 'multipart':
      return {
        ...body,
        value: body.value.map((part) =>
          part.value === undefined ? part : { ...part, value: text(part.value, plainText) },
        ),
      };
    case 'base64':
      return body;
  }
}
