import type { Work } from '@pontage/persistence';
import { type SecretBox } from '../secrets/secret-box.js';
import { ConfigValueRow } from './config-value.entity.js';

/** Which value, of which variable in which environment. */
export interface ConfigValueKey {
  readonly environment: string;
  readonly name: string;
  readonly id: string;
}

/** A value as the sweep looks at it. */
export interface OldConfigValue extends ConfigValueKey {
  /** The variable's, for which the value was claimed. */
  readonly version: number;
}

/** The secret values of configuration variables. */
export class ConfigValueStore {
  constructor(private readonly box: SecretBox) {}

  async insert({ manager, org }: Work, { version, ...key }: OldConfigValue, value: string): Promise<void> {
    const sealed = this.box.seal(configValuePlace(org, key), { value });
    await manager.insert(ConfigValueRow, { ...key, org, version, sealed });
  }

  /** The value in clear, if it belongs to that variable. @throws SealBroken */
  async open({ manager, org }: Work, { environment, name, id }: ConfigValueKey): Promise<string | undefined> {
    const row = await manager.findOneBy(ConfigValueRow, { environment, name, id });
    if (row === null) return undefined;
    return String(this.box.open(configValuePlace(org, { environment, name, id }), row.sealed).value);
  }

  /** Those that have been here for longer than so many seconds. */
  olderThan({ manager }: Work, seconds: number): Promise<OldConfigValue[]> {
    return manager.query<OldConfigValue[]>(
      `SELECT environment, name, id, version FROM config_value WHERE created_at <= now() - $1 * interval '1 second'`,
      [seconds],
    );
  }

  async delete({ manager }: Work, { environment, name, id }: ConfigValueKey): Promise<void> {
    await manager.delete(ConfigValueRow, { environment, name, id });
  }
}

/** What a value is sealed for: it opens as that of its own variable only. */
export const configValuePlace = (org: string, { environment, name, id }: ConfigValueKey) => ({
  org,
  kind: 'config-value',
  id: `${environment}/${name}/${id}`,
  version: 1,
});
