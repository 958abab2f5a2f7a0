import type { Machine } from '../machine/machine.js';
import type { Statements } from '../rounds/count-statements.js';
import type { GroupRounds } from '../rounds/run-rounds.js';

/** Everything that a run has found, as `--json` writes it. */
export interface Findings {
  readonly at: string;
  readonly machine: Machine;
  readonly cellMs: number;
  readonly groups: readonly GroupRounds[];
  /** Undefined: not asked for. */
  readonly statements: Statements | undefined;
  /** Resident memory of each process of Pontage at the end, in megabytes. */
  readonly residentMb: Readonly<Record<string, number>>;
  readonly hasNginx: boolean;
}
