import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';
import { expectedCell, matrixScopes, type Cell } from './src/permission-matrix/expected-cell.js';
import { matrixAccesses, type MatrixAccess } from './src/permission-matrix/matrix-accesses.js';
import {
  isAboutResources,
  matrixRoutes,
  namesResource,
  targetOf,
  type MatrixRoute,
} from './src/permission-matrix/matrix-routes.js';
import { MatrixSetting, type MatrixResource } from './src/permission-matrix/matrix-setting.js';
import { compactTable, guideTable, keyOf } from './src/permission-matrix/matrix-table.js';

const guide = fileURLToPath(new URL('../../docs/guides/permissions.md', import.meta.url));

let upstream: Upstream;
let pontage: Pontage;
let setting: MatrixSetting;

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
  setting = await MatrixSetting.make(pontage, upstream);
}, 120_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

/** What an admin sees of a resource: its version, or that there is none. */
async function versionOf(resource: string): Promise<number | undefined> {
  const { status, json } = await ask<{ version: number }>(pontage, 'GET', `/api/v1/resources/${resource}`);
  return status === 404 ? undefined : json.version;
}

/** Calls a route about a resource, and looks what became of it. */
async function call(
  route: MatrixRoute,
  resource: MatrixResource,
  token: string,
  reference = resource.id,
): Promise<Cell> {
  const name = `new-${randomUUID()}`;
  const about = namesResource(route) ? resource.id : name;
  const [before, sentBefore] = [await versionOf(about), setting.sentBy(resource)];
  const target = targetOf(route, reference);
  const path = route.lists === true ? `${target.path}?limit=200` : target.path;
  const answer = await ask<Partial<List<{ id: string }>>>(pontage, target.method, path, route.body?.(name), { token });
  const isListed = route.lists !== true || answer.json.data?.some(({ id }) => id === resource.id) === true;
  const isDone = answer.status === (route.done ?? 200);
  return {
    outcome: isDone ? (isListed ? 'done' : 'left out') : `${answer.status} ${answer.json.code}`,
    changed: (await versionOf(about)) !== before,
    sent: setting.sentBy(resource) > sentBefore,
  };
}

/** What was seen, and what should have been. */
interface Compared {
  readonly key: string;
  readonly cell: Cell;
  readonly expected: Cell;
}

/** Every route, as the holders of an access find it. */
async function column(access: MatrixAccess): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const route of matrixRoutes) {
    for (const scope of matrixScopes) {
      const token = await setting.token(access, scope, route.scope);
      const expected = expectedCell(route, access, scope);
      const resource = expected.changed ? await setting.newResource(access) : setting.lastingOf(access);
      const key = keyOf(route.route, access.title, scope);
      compared.push({ key, expected, cell: await call(route, resource, token) });
    }
  }
  return compared;
}

describe('the permission matrix', () => {
  it('has a row for every route about resources, with the scope that the document names', async () => {
    type Document = { paths: Record<string, Record<string, { 'x-pontage-access': string }>> };
    const { paths } = (await ask<Document>(pontage, 'GET', '/api/openapi.json')).json;
    const documented = Object.entries(paths)
      .filter(([path]) => isAboutResources(path))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [
          `${method.toUpperCase()} ${path}`,
          operation['x-pontage-access'],
        ]),
      );
    expect(matrixRoutes.map(({ route, scope }) => [route, scope]).sort()).toEqual(documented.sort());
  });

  it('holds in every cell, and what is denied changes nothing', async () => {
    const began = performance.now();
    const compared = (await Promise.all(matrixAccesses.map(column))).flat();
    const seen = new Map(compared.map(({ key, cell }) => [key, cell]));
    const wrong = compared.filter(({ cell, expected }) => JSON.stringify(cell) !== JSON.stringify(expected));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(
      `permission matrix: ${matrixRoutes.length} routes × ${matrixAccesses.length} accesses × ${matrixScopes.length} scopes, ${setting.tokenCount} tokens: ${seen.size - wrong.length} of ${seen.size} cells as promised, in ${seconds} s\n${compactTable(seen)}\n`,
    );
    expect(wrong).toEqual([]);
    // Run with PONTAGE_WRITE_TABLE=1 after a change, and read the diff: it is what the change allows.
    const [start, table, end] = readFileSync(guide, 'utf8').split(
      /(?<=<!-- matrix -->\n\n)|(?=\n\n<!-- end of matrix -->)/,
    );
    if (process.env.PONTAGE_WRITE_TABLE === '1') writeFileSync(guide, `${start}${guideTable(seen)}${end}`);
    else expect(table).toBe(guideTable(seen));
  }, 300_000);

  it('ends at the organisation: another one’s admin finds nothing, by id or by name', async () => {
    const made = await ask<{ adminToken: string }>(pontage, 'POST', '/api/v1/organisations', { name: randomUUID() });
    const resource = setting.lastingOf(matrixAccesses[0]);
    const { json } = await ask<{ name: string }>(pontage, 'GET', `/api/v1/resources/${resource.id}`);
    const denied = { outcome: '404 not-found', changed: false, sent: false };
    for (const route of matrixRoutes.filter(namesResource)) {
      for (const reference of [resource.id, json.name]) {
        const cell = await call(route, resource, made.json.adminToken, reference);
        expect([route.route, reference, cell]).toEqual([route.route, reference, denied]);
      }
    }
    const listed = await ask<List<object>>(pontage, 'GET', '/api/v1/resources', undefined, {
      token: made.json.adminToken,
    });
    expect(listed.json.data).toEqual([]);
  });
});
