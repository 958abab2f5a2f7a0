import type { App } from '@pontage/contracts/resource-registry';
import { apps, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import { decodeCursor, pageOf, violates, type Page, type Work } from '@pontage/persistence';
import { appNameTaken, notFound } from '@pontage/problems';
import { In, MoreThan, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import { AppStore } from './app-store.js';
import { AppRow } from './app.entity.js';

/** Apps in PostgreSQL. */
export class PostgresAppStore extends AppStore {
  async insert(work: Work, app: App): Promise<void> {
    await work.manager.insert(AppRow, rowOf(work.org, app)).catch(nameTaken(app.name));
    tell(work, app);
  }

  async find({ manager }: Work, uuid: string): Promise<App> {
    return appOf(await manager.findOne(AppRow, { where: { uuid } }));
  }

  async lock({ manager }: Work, uuid: string): Promise<App> {
    return appOf(await manager.findOne(AppRow, { where: { uuid }, lock: { mode: 'for_no_key_update' } }));
  }

  async list(
    { manager }: Work,
    { limit, cursor }: PageRequest,
    only: readonly string[] | undefined,
  ): Promise<Page<App>> {
    const after = decodeCursor(cursor, z.tuple([z.string()]))?.[0] ?? '';
    const where = { name: MoreThan(after), ...(only === undefined ? {} : { uuid: In([...only]) }) };
    const rows = await manager.find(AppRow, { where, order: { name: 'ASC' }, take: limit + 1 });
    return pageOf(rows, limit, ({ name }) => [name], appOf);
  }

  async update(work: Work, app: App): Promise<void> {
    await work.manager.update(AppRow, { uuid: app.uuid }, rowOf(work.org, app)).catch(nameTaken(app.name));
    tell(work, app);
  }

  async delete(work: Work, { uuid, version }: App): Promise<void> {
    await work.manager.delete(AppRow, { uuid });
    work.snapshot(apps, `${work.org}.${uuid}`, { version: version + 1, value: null });
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    return (await manager.find(AppRow)).map((row) => ({
      bucket: apps,
      key: `${row.org}.${row.uuid}`,
      entry: entryOf(row),
    }));
  }
}

const tell = (work: Work, app: App): void => work.snapshot(apps, `${work.org}.${app.uuid}`, entryOf(app));

const entryOf = ({
  version,
  uuid,
  name,
  description,
}: Omit<App, 'createdAt' | 'updatedAt'>): SnapshotEntry<ValueOf<typeof apps>> => ({
  version,
  value: { uuid, name, description },
});

const rowOf = (org: string, app: App): AppRow => ({
  ...app,
  org,
  createdAt: new Date(app.createdAt),
  updatedAt: new Date(app.updatedAt),
});

function appOf(row: AppRow | null): App {
  if (row === null) throw notFound({});
  const { org: _, createdAt, updatedAt, ...app } = row;
  return { ...app, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    throw violates(error, 'app_name') ? appNameTaken({ name }) : error;
  };
