import type { Page, Work } from '@pontage/persistence';
import type { EntityManager } from 'typeorm';
import type { PageRequest } from '../call/page-request.js';
import type { SnapshotRow, SnapshotSource } from '../snapshot/snapshot-source.js';
import type { ConfigVariable } from './config-variable.js';

/** Configuration variables. Each change is told to the `config` bucket. */
export abstract class ConfigStore implements SnapshotSource {
  /** By name and environment. */
  abstract list(work: Work, page: PageRequest): Promise<Page<ConfigVariable>>;
  /** The variable in one environment, or in all when none is named. */
  abstract find(work: Work, name: string, environment: string | undefined): Promise<ConfigVariable[]>;
  /** The version that the variable has when it is set the next time. */
  abstract nextVersion(work: Work, name: string, environment: string): Promise<number>;
  /** Which of these names are those of a secret variable, in whichever environment. */
  abstract secretAmong(work: Work, names: readonly string[]): Promise<Set<string>>;
  abstract put(work: Work, variable: ConfigVariable): Promise<void>;
  abstract delete(work: Work, variable: ConfigVariable): Promise<void>;
  /** What in these environments there is, in words for people. */
  abstract inEnvironments(work: Work, environments: readonly string[]): Promise<string[]>;
  abstract snapshots(manager: EntityManager): Promise<readonly SnapshotRow[]>;
}
