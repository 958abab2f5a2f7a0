import {
  forbidden,
  internal,
  invalidRequest,
  missingScope,
  notFound,
  preconditionFailed,
  stalePolicy,
  unauthenticated,
  unavailable,
} from '@pontage/problems';
import type { z } from 'zod';
import { statusOf } from '../problems/status-of.js';
import type { Operation } from '../routes/operation.js';
import type { CataloguedRoute } from '../routes/route-catalogue.js';
import { namedSchemas } from './named-schemas.js';
import type { JsonSchema } from './schema-of.js';

/** An OpenAPI 3.0 document, as far as we read our own. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly [part: string]: unknown;
}
export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly [part: string]: unknown;
}

/**
 * The document of everything that is served, from the routes themselves.
 * @see https://spec.openapis.org/oas/v3.0.4.html
 */
export function openApiDocument(routes: readonly CataloguedRoute[]): OpenApiDocument {
  const schemas: Record<string, JsonSchema> = { Problem: problemSchema };
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  const listed = routes.filter(({ operation }) => !operation.unlisted);
  for (const route of listed.sort((a, b) => (pathOf(a.url) + a.method < pathOf(b.url) + b.method ? -1 : 1))) {
    (paths[pathOf(route.url)] ??= {})[route.method.toLowerCase()] = operationObject(route, schemas);
  }
  return {
    openapi: '3.0.3',
    info: { title: 'Pontage', version: '1', description: 'One API in front of every API.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
        memberSession: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-pontage-session',
          description:
            'The session of a member. What changes something needs our own Origin and a `Pontage-CSRF` header with the `csrfToken` of `/api/v1/me`, too.',
        },
        embedSession: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-pontage-{app}',
          description: 'The session of an embedded app, with a `Pontage-App` header; or the same as a bearer token.',
        },
      },
    },
  };
}

/** `/api/v1/apps/:uuid` → `/api/v1/apps/{uuid}`; a wildcard is called `path`. */
const pathOf = (url: string): string => url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}');

/** Operations are grouped by the noun that they are about. */
const tagOf = (url: string): string =>
  /^\/(?:api\/v1|api|embedded\/api|embedded)?\/?([a-z-]+)/.exec(url)?.[1] ?? 'gateway';

function operationObject(
  { url, method, operation }: CataloguedRoute,
  schemas: Record<string, JsonSchema>,
): OpenApiOperation {
  const many = operation.id.endsWith('*');
  return {
    operationId: many ? operation.id.replace('*', `${method[0]}${method.slice(1).toLowerCase()}`) : operation.id,
    summary: operation.summary,
    description: accessText(operation.access),
    tags: [tagOf(url)],
    'x-pontage-access': operation.access,
    security: securityOf(operation),
    parameters: [
      ...pathParameters(url, operation),
      ...queryParameters(operation),
      ...headerParameters(method, operation),
    ],
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: namedSchemas.schemaOf(operation.body, 'input', schemas) } },
          },
        }),
    responses: { [operation.status]: answer(operation, schemas), ...refusals(operation) },
  };
}

function accessText(access: Operation['access']): string {
  if (access === 'anybody') return 'Needs no credentials.';
  if (access === 'any-token') return 'Needs an API token of any scope, or the session of a member.';
  return access === 'embed-session' ? 'Needs an embed session.' : `Needs the scope \`${access}\`.`;
}

function securityOf({ access, inSession }: Operation): Record<string, string[]>[] {
  if (access === 'anybody') return [];
  if (access === 'embed-session') return [{ embedSession: [] }, { token: [] }];
  return inSession ? [{ token: [] }, { memberSession: [] }] : [{ token: [] }];
}

function pathParameters(url: string, { params }: Operation): JsonSchema[] {
  const properties = propertiesOf(params);
  return [...pathOf(url).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: properties[name] ?? { type: 'string' },
  }));
}

function queryParameters({ query }: Operation): JsonSchema[] {
  return Object.entries(propertiesOf(query)).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function propertiesOf(schema: z.ZodType | undefined): Record<string, JsonSchema> {
  if (schema === undefined) return {};
  const { properties = {} } = namedSchemas.schemaOf(schema, 'input', {});
  return properties as Record<string, JsonSchema>;
}

function headerParameters(method: string, { versioned, idempotency, actsForUsers }: Operation): JsonSchema[] {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  const write = ['PUT', 'PATCH', 'DELETE'].includes(method);
  return [
    ...(versioned && write ? [header('If-Match', 'The ETag that was read; another version now is 412.')] : []),
    ...(idempotency === 'none'
      ? []
      : [header('Idempotency-Key', 'The same key gives the same answer instead of doing it again, for 24 hours.')]),
    ...(actsForUsers
      ? [
          header(
            'Pontage-User',
            'The external user to act for, with the scope `users:act`: printable ASCII as it is, `%` and everything else percent-encoded.',
          ),
        ]
      : []),
  ];
}

function answer({ reply, media, versioned, status }: Operation, schemas: Record<string, JsonSchema>): JsonSchema {
  const schema = reply === undefined ? { schema: {} } : { schema: namedSchemas.schemaOf(reply, 'output', schemas) };
  return {
    description: status === 204 ? 'Done.' : 'The answer.',
    ...(versioned && status !== 204
      ? { headers: { ETag: { schema: { type: 'string' }, description: 'The version.' } } }
      : {}),
    ...(status === 204 || media.length === 0
      ? {}
      : {
          content: Object.fromEntries(
            media.map((type) => [type, type === 'application/json' ? schema : { schema: { type: 'string' } }]),
          ),
        }),
  };
}

/** Every status that a refusal may have, with the codes behind it. */
function refusals({ access, problems, params, query, body, versioned }: Operation): Record<string, JsonSchema> {
  const possible = [
    ...problems,
    internal,
    ...(access === 'anybody' ? [] : [unauthenticated, stalePolicy, unavailable]),
    ...(access === 'anybody' || access === 'any-token'
      ? []
      : access === 'embed-session'
        ? [forbidden]
        : [missingScope]),
    ...(query === undefined && body === undefined ? [] : [invalidRequest]),
    ...(params === undefined ? [] : [notFound]),
    ...(versioned ? [preconditionFailed] : []),
  ];
  const codes = new Map<number, Set<string>>();
  for (const { kind, slug } of possible) codes.set(statusOf[kind], (codes.get(statusOf[kind]) ?? new Set()).add(slug));
  return Object.fromEntries(
    [...codes].map(([status, slugs]) => [
      status,
      {
        description: [...slugs]
          .sort()
          .map((slug) => `\`${slug}\``)
          .join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'Where the problem is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};
