import { config } from '@pontage/contracts/snapshots';
import { decodeCursor, pageOf, type Page, type Work } from '@pontage/persistence';
import { In, IsNull, Not, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow } from '../snapshot/snapshot-source.js';
import { ConfigStore } from './config-store.js';
import type { ConfigVariable } from './config-variable.js';
import { ConfigRow } from './config.entity.js';

/** Configuration variables in PostgreSQL. */
export class PostgresConfigStore extends ConfigStore {
  async list({ manager }: Work, { limit, cursor }: PageRequest): Promise<Page<ConfigVariable>> {
    const query = manager.createQueryBuilder(ConfigRow, 'variable').where('NOT variable.deleted');
    const after = decodeCursor(cursor, z.tuple([z.string(), z.string()]));
    if (after !== undefined)
      query.andWhere('(variable.name, variable.environment) > (:name, :environment)', {
        name: after[0],
        environment: after[1],
      });
    const rows = await query
      .orderBy({ 'variable.name': 'ASC', 'variable.environment': 'ASC' })
      .limit(limit + 1)
      .getMany();
    return pageOf(rows, limit, ({ name, environment }) => [name, environment], variableOf);
  }

  async find({ manager }: Work, name: string, environment: string | undefined): Promise<ConfigVariable[]> {
    const where = { name, deleted: false, ...(environment === undefined ? {} : { environment }) };
    return (await manager.find(ConfigRow, { where, order: { environment: 'ASC' } })).map(variableOf);
  }

  async nextVersion({ manager }: Work, name: string, environment: string): Promise<number> {
    return ((await manager.findOneBy(ConfigRow, { name, environment }))?.version ?? 0) + 1;
  }

  async secretAmong({ manager }: Work, names: readonly string[]): Promise<Set<string>> {
    const where = { name: In([...names]), valueId: Not(IsNull()), deleted: false };
    return new Set((await manager.find(ConfigRow, { where })).map(({ name }) => name));
  }

  async put(work: Work, variable: ConfigVariable): Promise<void> {
    await this.write(work, variable, false);
  }

  async delete(work: Work, variable: ConfigVariable): Promise<void> {
    await this.write(work, { ...variable, value: '' }, true);
  }

  async inEnvironments({ manager }: Work, environments: readonly string[]): Promise<string[]> {
    const rows = await manager.find(ConfigRow, {
      where: { environment: In([...environments]), deleted: false },
      order: { name: 'ASC' },
    });
    return rows.map(({ name, environment }) => `config ${name} (${environment})`);
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    return (await manager.find(ConfigRow)).map((row) => ({ bucket: config, key: keyOf(row), entry: entryOf(row) }));
  }

  private async write({ manager, org, snapshot }: Work, variable: ConfigVariable, deleted: boolean): Promise<void> {
    const { name, environment, value, updatedAt } = variable;
    const before = await manager.findOne(ConfigRow, {
      where: { name, environment },
      lock: { mode: 'pessimistic_write' },
    });
    const row: ConfigRow = {
      org,
      name,
      environment,
      value: typeof value === 'string' ? value : '',
      valueId: typeof value === 'string' ? null : value.valueId,
      fingerprint: typeof value === 'string' ? null : value.fingerprint,
      deleted,
      version: (before?.version ?? 0) + 1,
      updatedAt: new Date(updatedAt),
    };
    if (before === null) await manager.insert(ConfigRow, row);
    else await manager.update(ConfigRow, { name, environment }, row);
    snapshot(config, keyOf(row), entryOf(row));
  }
}

const keyOf = ({ org, environment, name }: ConfigRow): string => `${org}.${environment}.${name}`;

const entryOf = ({ version, deleted, value, valueId }: ConfigRow) => ({
  version,
  value: deleted ? null : valueId === null ? { value } : { valueId },
});

const variableOf = ({ name, environment, value, valueId, fingerprint, updatedAt }: ConfigRow): ConfigVariable => ({
  name,
  environment,
  value: valueId === null || fingerprint === null ? value : { valueId, fingerprint },
  updatedAt: updatedAt.toISOString(),
});
