import type { UnitOfWork, Work } from '@pontage/persistence';
import type { ConfigVariables } from '../lease/config-variables.js';
import type { Swept } from '../sweep/sweep.js';
import { type ConfigValueStore, type OldConfigValue } from './config-value-store.js';

/** A value that was replaced a moment ago may be asked for by a process that has not heard of that yet. */
const usuallyKeptSeconds = 60;

/**
 * Forgets the values of variables that have another one by now, are readable, or are gone. It needs evidence: the bucket
 * has come to the version that the value was claimed for, and names another one. A bucket that is behind, was lost or is
 * being made anew ends nothing; neither does a registry that dies between claim and save leave anything behind for long.
 */
export class ConfigValueSweep implements Swept {
  readonly everyMs = 30_000;
  readonly done = 'values that variables no longer have were forgotten';
  readonly failed = 'values of variables could not be swept; trying again in a moment';

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly values: ConfigValueStore,
    private readonly variables: ConfigVariables,
    private readonly keptForSeconds = usuallyKeptSeconds,
  ) {}

  /** Goes through all organisations once. Returns how many values were forgotten. */
  async sweep(): Promise<number> {
    let swept = 0;
    for (const org of await this.unitOfWork.ids('config_value_organisations'))
      swept += await this.unitOfWork.run(org, (work) => this.sweepOf(work));
    return swept;
  }

  private async sweepOf(work: Work): Promise<number> {
    const old = await this.values.olderThan(work, this.keptForSeconds);
    const ended = old.filter((value) => this.hasEnded(work.org, value));
    for (const value of ended) await this.values.delete(work, value);
    return ended.length;
  }

  private hasEnded(org: string, { environment, name, id, version }: OldConfigValue): boolean {
    const reached = this.variables.versionOf(org, environment, name);
    if (reached === undefined || reached < version) return false;
    const now = this.variables.now(org, environment, name);
    return now === undefined || !('valueId' in now) || now.valueId !== id;
  }
}
