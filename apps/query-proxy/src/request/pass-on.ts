import { headerOf, joinUrl, stripHopByHop, withHeader, type OutboundRequest } from '@pontage/http-message';
import { plainText } from '@pontage/templates';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import { renderBaseUrl } from './base-url.js';
import { requestCookies } from './cookie-line.js';
import { extendBytes, isBodyless } from './extra-body.js';
import { SecretLedger } from './injected-secrets.js';
import { renderSetting } from './render-pairs.js';
import type { RenderedRequest, RenderSources } from './render-request.js';
import { renderHeaders, requestHeaders } from './request-headers.js';
import { requireAllowed } from './resource-policy.js';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
}

/**
 * The request that the caller made of `/proxy`, aimed at the resource: method, path, query and body as they came, what
 * the resource sends with all requests added; the gateway has kept back what was meant for us. Nothing of it is a template but
 * the resource's own settings.
 * @throws Problem `invalid-request`, `forbidden`, as for a query.
 */
export function passOn(
  resource: ResourceSnapshot,
  received: Received,
  body: Uint8Array | undefined,
  { scope, sealed, secretText, cookieLine }: RenderSources,
): RenderedRequest {
  const ledger = new SecretLedger(sealed, secretText);
  const cookies = requestCookies(resource, cookieLine, scope, ledger);
  const passed = stripHopByHop(received.headers);
  requireAllowed(resource.policy, received.method, received.path, passed);
  const url = joinUrl(
    renderBaseUrl(resource, scope, ledger),
    received.path,
    renderSetting('urlParams', resource.urlParams, scope, plainText, ledger),
  );
  const inherited = renderHeaders(resource.headers, { scope, cookies, ledger });
  const headers = requestHeaders(resource, inherited, passed, cookies, 'user-agent');
  const request = { method: received.method, url, headers, body, bodyIsPassedOn: true };
  const extra = isBodyless(received.method) ? [] : renderSetting('body', resource.body, scope, plainText, ledger);
  return {
    request: extra.length === 0 ? request : extended(request, extra),
    secrets: ledger,
    forwardedCookies: cookies.forwarded,
  };
}

function extended(request: OutboundRequest, extra: readonly (readonly [string, string])[]): OutboundRequest {
  const { bytes, contentType } = extendBytes(request.body, headerOf(request, 'content-type'), extra);
  const body = { ...request, body: bytes };
  return contentType === undefined ? body : withHeader(body, 'Content-Type', contentType);
}
