import { joinUrl, stripHopByHop, type OutboundRequest } from '@pontage/http-message';
import { renderText, parseTemplate, headerValue, plainText, pathSegment, type Scope } from '@pontage/templates';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import { productVersion } from '../version.js';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
}

/**
 * The request that the caller made of `/proxy`, aimed at the resource: method, path, query and body as they came, the
 * resource's parameters and headers added; the gateway has kept back what was meant for us. Nothing of it is a template but the resource's own settings.
 */
export function passOn(
  resource: ResourceSnapshot,
  received: Received,
  body: Uint8Array | undefined,
  scope: Scope,
): OutboundRequest {
  const passed = stripHopByHop(received.headers);
  const names = new Set(passed.map(([name]) => name.toLowerCase()));
  const inherited = resource.headers
    .filter(([name]) => !names.has(name.toLowerCase()))
    .map(([name, value]) => [name, renderText(parseTemplate(value), scope, headerValue)] as const);
  const params = resource.urlParams.map(
    ([name, value]) => [name, renderText(parseTemplate(value), scope, plainText)] as const,
  );
  return {
    method: received.method,
    url: joinUrl(renderText(parseTemplate(resource.baseUrl), scope, pathSegment), received.path, params),
    headers: [
      ...(names.has('user-agent') ? [] : [['User-Agent', `Pontage/${productVersion}`] as const]),
      ...inherited,
      ...passed,
    ],
    body,
  };
}
