import type { SavedQuery } from '@pontage/contracts/resource-registry';
import { queries, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import { decodeCursor, pageOf, violates, type Page, type Work } from '@pontage/persistence';
import { invalidRequest } from '@pontage/problems';
import { IsNull, MoreThan, Not, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import { QueryStore } from './query-store.js';
import { QueryRow } from './query.entity.js';
import type { QueryDraft } from './query.js';

/** Saved queries in PostgreSQL. */
export class PostgresQueryStore extends QueryStore {
  async list({ manager }: Work, app: string, { limit, cursor }: PageRequest): Promise<Page<SavedQuery>> {
    const after = decodeCursor(cursor, z.tuple([z.string()]))?.[0] ?? '';
    const where = { app, name: MoreThan(after), resource: Not(IsNull()) };
    const rows = await manager.find(QueryRow, { where, order: { name: 'ASC' }, take: limit + 1 });
    return pageOf(rows.filter(isSaved), limit, ({ name }) => [name], queryOf);
  }

  async find({ manager }: Work, app: string, name: string): Promise<SavedQuery | undefined> {
    const row = await manager.findOne(QueryRow, { where: { app, name } });
    return row !== null && isSaved(row) ? queryOf(row) : undefined;
  }

  async put(work: Work, app: string, name: string, draft: QueryDraft): Promise<SavedQuery> {
    const { manager, org } = work;
    const before = await manager.findOne(QueryRow, { where: { app, name }, lock: { mode: 'pessimistic_write' } });
    const row: Live = { ...draft, org, app, name, version: (before?.version ?? 0) + 1, updatedAt: new Date() };
    await (before === null ? manager.insert(QueryRow, row) : manager.update(QueryRow, { app, name }, row)).catch(
      resourceGone,
    );
    work.snapshot(queries, keyOf(row), entryOf(row));
    return queryOf(row);
  }

  async delete(work: Work, { app, name, version }: SavedQuery): Promise<void> {
    await work.manager.update(QueryRow, { app, name }, { resource: null, version: version + 1 });
    work.snapshot(queries, keyOf({ org: work.org, app, name }), { version: version + 1, value: null });
  }

  async deleteAll(work: Work, app: string): Promise<void> {
    const rows = await work.manager.find(QueryRow, { where: { app, resource: Not(IsNull()) }, order: { name: 'ASC' } });
    await work.manager.delete(QueryRow, { app });
    for (const row of rows) work.snapshot(queries, keyOf(row), { version: row.version + 1, value: null });
  }

  async callersOf({ manager }: Work, resource: string): Promise<string[]> {
    return (await manager.find(QueryRow, { where: { resource }, order: { app: 'ASC', name: 'ASC' } })).map(wordsFor);
  }

  async inEnvironments({ manager }: Work, environments: readonly string[]): Promise<string[]> {
    const rows = await manager
      .createQueryBuilder(QueryRow, 'query')
      .where(`query.resource IS NOT NULL AND query.request->>'environment' = ANY (:environments)`, { environments })
      .orderBy({ 'query.app': 'ASC', 'query.name': 'ASC' })
      .getMany();
    return rows.map(wordsFor);
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    const rows = await manager.find(QueryRow);
    return rows.map((row) => ({
      bucket: queries,
      key: keyOf(row),
      entry: isSaved(row) ? entryOf(row) : { version: row.version, value: null },
    }));
  }
}

type Live = QueryRow & { resource: string };
const isSaved = (row: QueryRow): row is Live => row.resource !== null;

const keyOf = ({ org, app, name }: Pick<QueryRow, 'org' | 'app' | 'name'>): string => `${org}.${app}.${name}`;
const wordsFor = ({ app, name }: QueryRow): string => `query ${name} of app ${app}`;

const queryOf = ({ org: _, updatedAt, request, params, retries, cache, ...query }: Live): SavedQuery => ({
  ...query,
  request: request as SavedQuery['request'],
  params: params as SavedQuery['params'],
  retries: retries as SavedQuery['retries'],
  cache: cache as SavedQuery['cache'],
  updatedAt: updatedAt.toISOString(),
});

function entryOf(row: Live): SnapshotEntry<ValueOf<typeof queries>> {
  const { updatedAt: _, ...value } = queryOf(row);
  return { version: row.version, value };
}

const resourceGone = (error: unknown): never => {
  if (!violates(error, 'saved_query_resource')) throw error;
  throw invalidRequest({}, { errors: [{ pointer: '/resource', detail: 'There is no such resource.' }] });
};
