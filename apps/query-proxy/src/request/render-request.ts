import type { QueryBody, QueryRequest } from '@pontage/contracts/query-proxy';
import {
  encodeBody,
  joinUrl,
  type EncodedBody,
  type OutboundRequest,
  type Pairs,
  type RenderedBody,
} from '@pontage/http-message';
import { invalidRequest, isProblem, Problem } from '@pontage/problems';
import {
  headerValue,
  jsonString,
  parseTemplate,
  pathSegment,
  plainText,
  queryValue,
  renderJson,
  renderText,
  type Encoder,
  type Scope,
} from '@pontage/templates';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import { defaultHeaders } from './default-headers.js';

/**
 * The request that a query makes of a resource: defaults and own settings joined, every template resolved and encoded
 * for the place where its value lands. It does not carry the credential yet.
 * @throws Problem `invalid-request` with the pointer of the field that cannot be rendered.
 */
export function renderRequest(resource: ResourceSnapshot, query: QueryRequest, scope: Scope): OutboundRequest {
  const path = at('/path', () => renderPath(query.path, scope));
  const inheritedParams = pairs(resource.urlParams, scope, plainText, '/urlParams');
  const params = pairs(query.urlParams, scope, plainText, '/urlParams');
  const own = pairs(query.headers, scope, headerValue, '/headers');
  const inherited = pairs(resource.headers, scope, headerValue, '/headers').filter(([name]) => !has(own, name));
  const body = at('/body', () => renderBody(resource, query, scope));
  const headers = [...inherited, ...own];
  return {
    method: query.method,
    url: joinUrl(
      at('/baseUrl', () => renderText(parseTemplate(resource.baseUrl), scope, pathSegment)),
      path,
      inheritedParams,
      params,
    ),
    headers: [
      ...defaultHeaders(headers),
      ...headers,
      ...(body === undefined || has(headers, 'content-type') ? [] : [['Content-Type', body.contentType] as const]),
    ],
    body: body?.bytes,
  };
}

/** Names the field that a problem is about, when the problem does not name one itself. */
function at<T>(pointer: string, render: () => T): T {
  try {
    return render();
  } catch (error) {
    if (!isProblem(error) || error.errors.length > 0) throw error;
    const { definition, facts, message } = error;
    throw new Problem(definition, facts, { errors: [{ pointer, detail: message }], cause: error });
  }
}

/** Before the `?` a value is one path segment, after it one query value. */
function renderPath(path: string, scope: Scope): string {
  const mark = path.indexOf('?');
  if (mark === -1) return renderText(parseTemplate(path), scope, pathSegment);
  return `${renderText(parseTemplate(path.slice(0, mark)), scope, pathSegment)}?${renderText(parseTemplate(path.slice(mark + 1)), scope, queryValue)}`;
}

function pairs(given: Pairs, scope: Scope, encode: Encoder, pointer: string): [string, string][] {
  return given.map(([name, value], index) => [
    name,
    at(`${pointer}/${index}/1`, () => renderText(parseTemplate(value), scope, encode)),
  ]);
}

const has = (headers: Pairs, name: string): boolean =>
  headers.some(([known]) => known.toLowerCase() === name.toLowerCase());

/** A resource's extra body pairs join JSON objects and forms; they are never sent with GET or HEAD. */
function renderBody(resource: ResourceSnapshot, query: QueryRequest, scope: Scope): EncodedBody | undefined {
  const extra =
    query.method === 'GET' || query.method === 'HEAD' ? [] : pairs(resource.body, scope, plainText, '/body');
  if (query.body === undefined && extra.length === 0) return undefined;
  return encodeBody(withExtra(rendered(query.body ?? { type: 'json', value: {} }, scope), extra));
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

/** The query's own members come after the resource's, and win. */
function withExtra(body: RenderedBody, extra: [string, string][]): RenderedBody {
  if (extra.length === 0) return body;
  if (body.type === 'form') return { type: 'form', value: [...extra, ...body.value] };
  const isObject =
    body.type === 'json' && typeof body.value === 'object' && body.value !== null && !Array.isArray(body.value);
  if (isObject) return { type: 'json', value: { ...Object.fromEntries(extra), ...body.value } };
  throw invalidRequest(
    {},
    { errors: [{ pointer: '/body', detail: 'The resource adds body pairs, which join JSON objects and forms only.' }] },
  );
}
