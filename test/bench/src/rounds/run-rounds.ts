import type { Group } from './groups.js';
import { measureRound, type Bench, type Round } from './round.js';

/** All rounds of a group. */
export interface GroupRounds {
  readonly name: string;
  readonly rounds: readonly Round[];
  /** Rounds that were thrown away because the reference did not agree with itself. */
  readonly repeated: number;
  /** A round that could not be had in three tries: whatever the figures say, nothing is concluded from them. */
  readonly isConclusive: boolean;
}

const selfRatios = { least: 0.85, most: 1.15 };
const maxTries = 3;

/** Measures each group so many times, one round of each after the other. @throws Error when an answer is not the right one */
export async function runRounds(
  bench: Bench,
  groups: readonly Group[],
  count: number,
  report: (line: string) => void,
): Promise<readonly GroupRounds[]> {
  const found = groups.map(({ name }) => ({ name, rounds: [] as Round[], repeated: 0, isConclusive: true }));
  for (let number = 1; number <= count; number += 1) {
    for (const [index, group] of groups.entries()) {
      const own = found[index];
      if (own === undefined) continue;
      const { round, tries } = await steadyRound(bench, group);
      own.rounds.push(round);
      own.repeated += tries - 1;
      own.isConclusive &&= isSteady(round);
      report(`round ${number} of ${count}: ${group.name}${tries > 1 ? `, ${tries} tries` : ''}`);
    }
  }
  return found;
}

async function steadyRound(bench: Bench, group: Group): Promise<{ round: Round; tries: number }> {
  for (let tries = 1; ; tries += 1) {
    const round = await measureRound(bench, group);
    if (isSteady(round) || tries === maxTries) return { round, tries };
  }
}

const isSteady = ({ selfRatio }: Round): boolean => selfRatio >= selfRatios.least && selfRatio <= selfRatios.most;
