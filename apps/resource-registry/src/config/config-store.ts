import type { configVariable } from '@pontage/contracts/resource-registry';
import type { Page, Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';

/** A configuration variable in one environment. */
export type ConfigVariable = z.output<typeof configVariable>;

/** Configuration variables. Each change is told to the `config` bucket. */
export abstract class ConfigStore implements SnapshotSource {
  /** By name and environment. */
  abstract list(work: Work, page: PageRequest): Promise<Page<ConfigVariable>>;
  /** The variable in one environment, or in all when none is named. */
  abstract find(work: Work, name: string, environment: string | undefined): Promise<ConfigVariable[]>;
  abstract put(work: Work, variable: ConfigVariable): Promise<void>;
  abstract delete(work: Work, variable: ConfigVariable): Promise<void>;
  /** What in these environments there is, in words for people. */
  abstract inEnvironments(work: Work, environments: readonly string[]): Promise<string[]>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
