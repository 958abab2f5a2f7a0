import type { QueryRequest } from '@pontage/contracts/query-proxy';
import type { QueryParams, SavedQuery } from '@pontage/contracts/resource-registry';
import { invalidRequest, type FieldError } from '@pontage/problems';
import type { SavedResource } from '../resource/resource.js';
import { refuseOversize } from '../call/size-limit.js';
import { pairValues, refuseBadTemplates, textsIn, type TemplateField } from '../call/template-check.js';

/** What is chosen about a saved query. */
export type QueryDraft = Pick<SavedQuery, 'resource' | 'request' | 'params' | 'retries' | 'cache'>;

/** The part of a query that can be chosen, for comparisons. */
export function chosenOf(query: QueryDraft | undefined): Partial<QueryDraft> {
  if (query === undefined) return {};
  const { resource, request, params, retries, cache } = query;
  return { resource, request, params, retries, cache };
}

/**
 * Refuses a query that could never run: templates that nothing resolves, parameters that contradict themselves, an
 * environment that the organisation does not have.
 * @throws invalidRequest with a pointer per field
 */
export function checkQuery({ request, params, cache }: QueryDraft, environments: readonly string[]): void {
  refuseOversize({ request, params });
  refuseBadParams(params);
  if (cache !== null) refuseUnkept(request);
  const { environment } = request;
  if (environment !== undefined && !environments.includes(environment)) {
    throw invalidRequest(
      {},
      { errors: [{ pointer: '/request/environment', detail: 'The organisation has no such environment.' }] },
    );
  }
  refuseBadTemplates(templatesOf(request), new Set(Object.keys(params.properties)));
}

/** The texts of a request that may hold templates. */
export function templatesOf({ path, urlParams, headers, body }: QueryRequest): TemplateField[] {
  const fields: TemplateField[] = [
    ['/request/path', path],
    ...pairValues(urlParams, '/request/urlParams'),
    ...pairValues(headers, '/request/headers'),
  ];
  switch (body?.type) {
    case 'json':
    case 'raw':
      return [...fields, ...textsIn(body.value, '/request/body/value')];
    case 'form':
      return [...fields, ...pairValues(body.value, '/request/body/value')];
    case 'multipart':
      return [
        ...fields,
        ...body.value.flatMap(({ value }, index) => textsIn(value, `/request/body/value/${index}/value`)),
      ];
    default:
      return fields;
  }
}

/** An answer that is given again stands for a request that is not made; of POST, whoever saves it knows what it does. */
function refuseUnkept({ method }: QueryRequest): void {
  if (['GET', 'HEAD', 'POST'].includes(method)) return;
  throw invalidRequest({}, { errors: [{ pointer: '/cache', detail: `The answer to ${method} is not kept.` }] });
}

/**
 * Refuses to share answers that are each caller's own, as far as the resource tells.
 * @throws invalidRequest
 */
export function refuseSharing({ settings, authentication }: Pick<SavedResource, 'settings' | 'authentication'>): void {
  const variants = [{ ...settings, authentication }, ...Object.values(settings.environments)];
  const isOwn = variants.some(
    ({ forwardAllCookies, cookiesToForward = [], identityHeader = null, authentication: own }) =>
      forwardAllCookies === true || cookiesToForward.length > 0 || identityHeader !== null || own?.share === 'user',
  );
  if (!isOwn) return;
  const detail =
    "The resource tells who its caller is, forwards cookies, or has a grant for each: its answers are one caller's.";
  throw invalidRequest({}, { errors: [{ pointer: '/cache/share', detail }] });
}

function refuseBadParams({ properties, required }: QueryParams): void {
  const missing = required.flatMap((name, index): FieldError[] =>
    Object.hasOwn(properties, name)
      ? []
      : [{ pointer: `/params/required/${index}`, detail: 'No such property is declared.' }],
  );
  const mistyped = Object.entries(properties).flatMap(([name, property]): FieldError[] =>
    property.default === undefined || fits(property, property.default)
      ? []
      : [
          {
            pointer: `/params/properties/${name}/default`,
            detail: 'The default is not a value that the property takes.',
          },
        ],
  );
  if (missing.length + mistyped.length > 0) throw invalidRequest({}, { errors: [...missing, ...mistyped] });
}

type Property = QueryParams['properties'][string];

function fits({ type, enum: allowed }: Property, value: string | number | boolean): boolean {
  if (allowed !== undefined && !allowed.includes(value)) return false;
  return type === 'integer' ? Number.isSafeInteger(value) : typeof value === type;
}
