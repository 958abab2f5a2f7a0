import type { Call } from '@pontage/contracts';
import { SealBroken } from '@pontage/envelope';
import type { UnitOfWork } from '@pontage/persistence';
import { leaseUnavailable } from '@pontage/problems';
import { OneAtATime } from '../one-at-a-time.js';
import type { ConfigValueKey, ConfigValueStore } from './config-value-store.js';
import { reportDamagedValue } from './report-damaged-value.js';

/** Opens the secret values of variables; who asks while the row is read gets the same answer. */
export class ConfigValues {
  private readonly opening = new OneAtATime<string | undefined>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly values: ConfigValueStore,
  ) {}

  /** The value in clear; undefined when the variable has no such value. @throws leaseUnavailable when it does not open */
  open(key: ConfigValueKey, call: Call): Promise<string | undefined> {
    const name = JSON.stringify([call.org, key.environment, key.name, key.id]);
    return this.opening.run(name, () => this.read(key, call));
  }

  private async read(key: ConfigValueKey, call: Call): Promise<string | undefined> {
    try {
      return await this.unitOfWork.run(call.org, (work) => this.values.open(work, key));
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      const { environment, name, id: valueId } = key;
      await reportDamagedValue(this.unitOfWork, call, { environment, name, valueId });
      throw leaseUnavailable({}, { detail: `The stored value of ${name} cannot be opened.`, cause: error });
    }
  }
}
