import type { Scope } from '@pontage/contracts';
import type { Access } from '@pontage/contracts/resource-registry';

/** Where an access has to be: in some environment, in the one that is asked for, in every one, or to all resources. */
type Where = 'somewhere' | 'here' | 'everywhere' | 'to all';

/** A route of the OpenAPI document that is about resources, and what it takes to use it. */
export interface MatrixRoute {
  /** As the document has it; `{id}` and `{resource}` become a resource, other names what {@link targetOf} says. */
  readonly route: `${string} /${string}`;
  readonly scope: Scope;
  readonly level: Access;
  readonly where: Where;
  /** What is sent; `name` is new in each cell. */
  readonly body?: (name: string) => unknown;
  /** The status of an answer when it is done (200). */
  readonly done?: number;
  /** It makes a new version, or ends the resource: who may do that does it to one of his own. */
  readonly changes?: true;
  /** Something reaches the upstream. */
  readonly sends?: true;
  /** What one may not know of is left out, not refused. */
  readonly lists?: true;
}

const reads = { scope: 'resources:read', level: 'use', where: 'somewhere' } as const;
const runs = { scope: 'queries:run', level: 'use', where: 'here' } as const;
const edits = { scope: 'resources:write', level: 'edit', where: 'everywhere', changes: true } as const;
const query = () => ({ path: '/orders' });
const setOf = (name: string) => ({ resources: [{ name, baseUrl: 'https://a.example' }] });

/** Every route about resources. Whoever adds one adds a line here. */
export const matrixRoutes: readonly MatrixRoute[] = [
  { route: 'GET /api/v1/resources', ...reads, lists: true },
  {
    route: 'POST /api/v1/resources',
    ...edits,
    where: 'to all',
    done: 201,
    body: (name) => ({ name, baseUrl: 'https://a.example' }),
  },
  {
    route: 'POST /api/v1/resources/plan',
    scope: 'resources:write',
    level: 'edit',
    where: 'to all',
    body: setOf,
  },
  {
    route: 'POST /api/v1/resources/apply',
    ...edits,
    where: 'to all',
    body: setOf,
  },
  {
    route: 'POST /api/v1/resources/test',
    scope: 'resources:write',
    level: 'edit',
    where: 'to all',
    body: (name) => ({ resource: { name, baseUrl: 'https://127.0.0.1:9' } }),
  },
  { route: 'GET /api/v1/resources/{id}', ...reads },
  { route: 'GET /api/v1/resources/{resource}/auth', ...runs },
  // These resources ask nobody to sign in, which only those hear who may use them.
  { route: 'POST /api/v1/resources/{resource}/auth/start', ...runs, body: () => ({}), done: 400 },
  { route: 'GET /api/v1/resources/{resource}/auth/timeline', ...runs },
  { route: 'DELETE /api/v1/resources/{resource}/auth', ...runs },
  { route: 'PATCH /api/v1/resources/{id}', ...edits, body: (name) => ({ description: name }) },
  { route: 'DELETE /api/v1/resources/{id}', ...edits, level: 'own', done: 204 },
  { route: 'GET /api/v1/resources/{id}/versions', ...reads },
  { route: 'GET /api/v1/resources/{id}/versions/{version}/diff', ...reads },
  { route: 'POST /api/v1/resources/{id}/rollback', ...edits, body: () => ({ version: 1 }) },
  {
    route: 'POST /api/v1/resources/{id}/auth/rotate',
    ...edits,
    body: (name) => ({ token: `new-${name}` }),
    sends: true,
  },
  { route: 'POST /api/v1/resources/{resource}/query', ...runs, body: query, sends: true },
  { route: 'POST /api/v1/resources/{resource}/preview', ...runs, body: query },
  { route: 'POST /api/v1/resources/{resource}/test', ...runs, body: query, sends: true },
  { route: 'GET /proxy/{resource}/{path}', ...runs, sends: true },
  { route: 'OPTIONS /proxy/{resource}/{path}', ...runs, sends: true },
  { route: 'POST /proxy/{resource}/{path}', ...runs, sends: true },
  { route: 'PUT /proxy/{resource}/{path}', ...runs, sends: true },
  { route: 'PATCH /proxy/{resource}/{path}', ...runs, sends: true },
  { route: 'DELETE /proxy/{resource}/{path}', ...runs, sends: true },
];

/** True for a path of the document that the table has to have. */
export const isAboutResources = (path: string): boolean => /^\/(?:api\/v1\/resources|proxy)(?:\/|$)/.test(path);

/** True for a route that names a resource. */
export const namesResource = ({ route }: MatrixRoute): boolean => /\{(?:id|resource)\}/.test(route);

/** Method and path of a route, about this resource. */
export function targetOf({ route }: MatrixRoute, resource: string): { readonly method: string; readonly path: string } {
  const [method = '', pattern = ''] = route.split(' ');
  const values: Readonly<Record<string, string>> = { id: resource, resource, version: '1', path: 'orders' };
  const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`what stands for {${name}} in ${route}?`);
    return value;
  });
  return { method, path };
}
