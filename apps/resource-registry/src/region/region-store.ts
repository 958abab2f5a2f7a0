import type { RegionSetting } from '@pontage/contracts/resource-registry';
import { regions } from '@pontage/contracts/snapshots';
import type { Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';

interface Row {
  readonly region: string;
  readonly setting: RegionSetting;
  readonly version: number;
}

/** What operators of an organisation have decided of regions. */
export class RegionStore implements SnapshotSource {
  /** Keeps a decision unless a later one is kept already. */
  async save({ manager, org }: Work, region: string, setting: RegionSetting, version: number): Promise<void> {
    await manager.query(
      `INSERT INTO region_setting (org, region, setting, version) VALUES ($1, $2, $3, $4)
        ON CONFLICT (org, region) DO UPDATE SET setting = excluded.setting, version = excluded.version
        WHERE region_setting.version < excluded.version`,
      [org, region, JSON.stringify(setting), version],
    );
  }

  /** The version that is kept of a region; 0: none. */
  async versionOf({ manager }: Work, region: string): Promise<number> {
    const [row] = await manager.query<Row[]>('SELECT version FROM region_setting WHERE region = $1', [region]);
    return row?.version ?? 0;
  }

  async snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]> {
    const rows = await manager.query<Row[]>('SELECT region, setting, version FROM region_setting');
    return rows.map(({ region, setting, version }) => ({
      bucket: regions,
      key: region,
      entry: { version, value: setting },
    }));
  }
}
