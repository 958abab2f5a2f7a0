import { serves } from '@pontage/bus';
import { holdsScope, type Call, type ParsedRequestOf, type ReplyOf } from '@pontage/contracts';
import { listKeys } from '@pontage/contracts/auth-broker';
import { missingScope } from '@pontage/problems';
import { SecretBox } from '../secrets/secret-box.js';
import { RotationStore } from './rotation-store.js';
import { SealedRecords } from './sealed-records.js';
import { sealedTables } from './sealed-tables.js';

/** Lists the master keys, with those that records name and nobody has. */
@serves(listKeys)
export class ListKeys {
  constructor(
    private readonly records: SealedRecords,
    private readonly rotations: RotationStore,
    private readonly box: SecretBox,
  ) {}

  async handle(_: ParsedRequestOf<typeof listKeys>, call: Call): Promise<ReplyOf<typeof listKeys>> {
    if (!holdsScope(call.principal, 'operator')) throw missingScope({ scope: 'operator' });
    const counts = await this.records.countByKey(sealedTables);
    const { ids, current } = this.box.keys;
    const missing = [...counts.keys()].filter((id) => !ids.includes(id)).sort();
    return {
      data: [...ids, ...missing].map((id) => ({
        id,
        current: id === current.id,
        present: ids.includes(id),
        records: counts.get(id) ?? 0,
      })),
      rotation: (await this.rotations.latest()) ?? null,
    };
  }
}
