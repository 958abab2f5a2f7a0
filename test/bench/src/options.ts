import { InvalidArgumentError, program } from 'commander';

/** What the command line asks for. */
export interface Options {
  readonly rounds: number;
  readonly cellMs: number;
  /** Only groups whose names match this. */
  readonly only: RegExp;
  /** Another checkout, to compare this build with. */
  readonly against: string | undefined;
  readonly json: string | undefined;
  readonly write: boolean;
}

const quick = { rounds: 3, cellMs: 700 };
const thorough = { rounds: 9, cellMs: 1_000 };

/** Reads the command line; it ends the process for `--help` and for what it does not know. */
export function readOptions(args: readonly string[]): Options {
  const {
    rounds,
    quick: isQuick,
    ...rest
  } = program
    .name('npm run bench --')
    .description('Measures the query path against peers in the same run.')
    .option('--against <folder>', 'compare this build with that of another checkout, both as they are')
    .option('--json <file>', 'write every figure of every round there')
    .option('--quick', `${quick.rounds} rounds of short cells`, false)
    .option('--rounds <count>', 'how many rounds', wholeNumber)
    .option('--only <pattern>', 'only the comparisons whose names match this, as "1 KB|streams"', '')
    .option('--write', 'write the tables into docs/performance.md and README.md', false)
    .parse([...args], { from: 'user' })
    .opts<{ rounds?: number; quick: boolean; only: string; against?: string; json?: string; write: boolean }>();
  const basis = isQuick ? quick : thorough;
  const { against, json, write, only } = rest;
  return { ...basis, rounds: rounds ?? basis.rounds, only: new RegExp(only), against, json, write };
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
}
