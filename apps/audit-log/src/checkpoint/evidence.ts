import type { Broken, Head } from '@pontage/audit-chain';
import type { Checkpoint } from '@pontage/contracts/audit-log';
import type { UnitOfWork } from '@pontage/persistence';
import type { CheckpointFiles } from './checkpoint-files.js';
import type { CheckpointKey } from './checkpoint-key.js';
import { selectCheckpoints } from './checkpoint-table.js';
import type { Checkpointer } from './checkpointer.js';

/** What can be held against a chain. */
export interface ChainWitnesses {
  /** Those inside and those outside the database, each once, oldest first. */
  readonly checkpoints: readonly Checkpoint[];
  readonly remembered: readonly Head[];
  /** Where the evidence itself was tampered with. */
  readonly faults: readonly Broken[];
}

/** A checkpoint that is younger may still be on its way from its file into the database. */
const settledAfterMs = 10_000;

/** Gathers what is known of a chain apart from the chain. */
export class Evidence {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly files: CheckpointFiles,
    private readonly checkpointer: Checkpointer,
    readonly key: CheckpointKey,
  ) {}

  /** The public keys of checkpoints as JSON. */
  get jwks() {
    return this.key.jwks.map(({ kty, crv, x, kid }) => ({
      kty: kty ?? '',
      crv: crv ?? '',
      x: x ?? '',
      kid: String(kid),
    }));
  }

  /** To be asked before the chain is read: then the chain is at least as long as its witnesses say. */
  async of(org: string): Promise<ChainWitnesses> {
    const remembered = this.checkpointer.remembered(org);
    const outside = await this.files.read(org);
    const inside = await this.unitOfWork.run(org, selectCheckpoints);
    const held = new Set(inside.map(nameOf));
    const missing = outside.checkpoints.filter((checkpoint) => !held.has(nameOf(checkpoint)));
    const gone = missing.find(({ at }) => Date.parse(at) < Date.now() - settledAfterMs);
    return {
      checkpoints: [...inside, ...missing].sort((a, b) => a.seq - b.seq),
      remembered,
      faults: [
        ...(outside.damage === null ? [] : [outside.damage]),
        ...(gone === undefined
          ? []
          : [{ seq: gone.seq, reason: `The checkpoint of ${gone.at} is missing from the database.` }]),
      ],
    };
  }
}

const nameOf = ({ seq, hash, at, keyId, signature }: Checkpoint): string => [seq, hash, at, keyId, signature].join(' ');
