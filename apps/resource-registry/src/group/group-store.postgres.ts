import { groupNameTaken, notFound } from '@pontage/problems';
import { permissions, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import type { Access, Group } from '@pontage/contracts/resource-registry';
import { decodeCursor, pageOf, violates, type Page, type Work } from '@pontage/persistence';
import { And, In, MoreThan, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import type { Grant } from './grant.js';
import { GroupStore, type GroupSettings } from './group-store.js';
import { GroupAppRow, GroupResourceRow, GroupRow } from './group.entity.js';

/** Groups in PostgreSQL. */
export class PostgresGroupStore extends GroupStore {
  async insert(work: Work, settings: GroupSettings): Promise<Group> {
    const row: Omit<GroupRow, 'id'> = { ...settings, org: work.org, version: 1 };
    const { identifiers } = await work.manager.insert(GroupRow, row).catch(nameTaken(settings.name));
    const group: Group = { ...settings, id: identifiers[0]?.id as number, version: 1, apps: [], resources: [] };
    tell(work, group);
    return group;
  }

  async find(work: Work, id: number): Promise<Group> {
    const [group] = await this.findSome(work, [id]);
    if (group === undefined) throw notFound({});
    return group;
  }

  async lock(work: Work, id: number): Promise<Group> {
    await work.manager.findOne(GroupRow, { where: { id }, lock: { mode: 'for_no_key_update' } });
    return this.find(work, id);
  }

  async findSome({ manager }: Work, ids: readonly number[]): Promise<Group[]> {
    return withAccess(manager, await manager.find(GroupRow, { where: { id: In([...ids]) }, order: { id: 'ASC' } }));
  }

  async idsNamed({ manager }: Work, names: readonly string[]): Promise<number[]> {
    const rows = await manager.find(GroupRow, { where: { name: In([...names]) }, order: { id: 'ASC' } });
    return rows.map(({ id }) => id);
  }

  async list(
    { manager }: Work,
    { limit, cursor }: PageRequest,
    only: readonly number[] | undefined,
  ): Promise<Page<Group>> {
    const after = decodeCursor(cursor, z.tuple([z.int()]))?.[0] ?? 0;
    const within = only === undefined ? MoreThan(after) : And(MoreThan(after), In([...only]));
    const rows = await manager.find(GroupRow, { where: { id: within }, order: { id: 'ASC' }, take: limit + 1 });
    return pageOf(
      await withAccess(manager, rows),
      limit,
      ({ id }) => [id],
      (group) => group,
    );
  }

  async update(work: Work, group: Group, settings: GroupSettings): Promise<Group> {
    const changed = { ...group, ...settings, version: group.version + 1 };
    await work.manager
      .update(GroupRow, { id: group.id }, { ...settings, version: changed.version })
      .catch(nameTaken(settings.name));
    tell(work, changed);
    return changed;
  }

  async delete(work: Work, { id, version }: Group): Promise<void> {
    await work.manager.delete(GroupRow, { id });
    work.snapshot(permissions, keyOf(work.org, id), { version: version + 1, value: null });
  }

  async setApp(work: Work, group: Group, app: string, access: Access | null): Promise<Group> {
    const key = { org: work.org, groupId: group.id, app };
    if (access === null) await work.manager.delete(GroupAppRow, key);
    else
      await work.manager
        .upsert(GroupAppRow, { ...key, access }, ['org', 'groupId', 'app'])
        .catch(unknown('group_app_app'));
    return this.touch(work, group.id);
  }

  async setResource(work: Work, group: Group, resource: string, grant: Grant | null): Promise<Group> {
    const key = { org: work.org, groupId: group.id, resource };
    if (grant === null) await work.manager.delete(GroupResourceRow, key);
    else
      await work.manager
        .upsert(GroupResourceRow, { ...key, ...grant }, ['org', 'groupId', 'resource'])
        .catch(unknown('group_resource_resource'));
    return this.touch(work, group.id);
  }

  async dropApp(work: Work, app: string): Promise<void> {
    const rows = await work.manager.find(GroupAppRow, { where: { app }, order: { groupId: 'ASC' } });
    await work.manager.delete(GroupAppRow, { app });
    for (const { groupId } of rows) await this.touch(work, groupId);
  }

  async dropResource(work: Work, resource: string): Promise<void> {
    const rows = await work.manager.find(GroupResourceRow, { where: { resource }, order: { groupId: 'ASC' } });
    await work.manager.delete(GroupResourceRow, { resource });
    for (const { groupId } of rows) await this.touch(work, groupId);
  }

  async inEnvironments({ manager }: Work, environments: readonly string[]): Promise<string[]> {
    const grants = await manager
      .createQueryBuilder(GroupResourceRow, 'granted')
      .where('granted.environments && :environments', { environments })
      .orderBy({ 'granted.groupId': 'ASC', 'granted.resource': 'ASC' })
      .getMany();
    return grants.map(({ groupId, resource }) => `group ${groupId} on resource ${resource}`);
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    const rows = await manager.find(GroupRow);
    const groups = await withAccess(manager, rows);
    return groups.map((group, index) => ({
      bucket: permissions,
      key: keyOf(rows[index]?.org ?? '', group.id),
      entry: entryOf(group),
    }));
  }

  /** The group at its next version, after its access has changed. */
  private async touch(work: Work, id: number): Promise<Group> {
    await work.manager.increment(GroupRow, { id }, 'version', 1);
    const group = await this.find(work, id);
    tell(work, group);
    return group;
  }
}

const keyOf = (org: string, id: number): string => `${org}.${id}`;

const tell = (work: Work, group: Group): void => work.snapshot(permissions, keyOf(work.org, group.id), entryOf(group));

const entryOf = ({
  name,
  version,
  allApps,
  allResources,
  apps,
  resources,
}: Group): SnapshotEntry<ValueOf<typeof permissions>> => ({
  version,
  value: {
    name,
    allApps,
    allResources,
    apps: Object.fromEntries(apps.map(({ app, access }) => [app, access])),
    resources: Object.fromEntries(
      resources.flatMap(({ resource, access, environments }) => (environments === null ? [[resource, access]] : [])),
    ),
    restrictedResources: Object.fromEntries(
      resources.flatMap(({ resource, access, environments }) =>
        environments === null ? [] : [[resource, { access, environments }]],
      ),
    ),
  },
});

async function withAccess(manager: EntityManager, rows: readonly GroupRow[]): Promise<Group[]> {
  if (rows.length === 0) return [];
  const ofThese = { groupId: In(rows.map(({ id }) => id)) };
  const apps = await manager.find(GroupAppRow, { where: ofThese, order: { app: 'ASC' } });
  const resources = await manager.find(GroupResourceRow, { where: ofThese, order: { resource: 'ASC' } });
  return rows.map(({ id, name, allApps, allResources, version }) => ({
    id,
    name,
    allApps,
    allResources,
    version,
    apps: apps.filter(({ groupId }) => groupId === id).map(({ app, access }) => ({ app, access })),
    resources: resources
      .filter(({ groupId }) => groupId === id)
      .map(({ resource, access, environments }) => ({ resource, access, environments })),
  }));
}

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    throw violates(error, 'access_group_name') ? groupNameTaken({ name }) : error;
  };

const unknown =
  (constraint: string) =>
  (error: unknown): never => {
    throw violates(error, constraint) ? notFound({}) : error;
  };
