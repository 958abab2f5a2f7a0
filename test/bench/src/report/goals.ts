import { groupName, measuredName, sealedName, streamName } from '../rounds/groups.js';
import type { Round } from '../rounds/round.js';
import { ownCpuUs, type Sample } from '../rounds/sample.js';
import { spreadOf, type Spread } from '../rounds/spread.js';
import type { Findings } from './findings.js';

/** A figure that says how well the query path does, and what it ought to be. */
interface Goal {
  readonly figure: string;
  readonly group: string;
  /** The figure of one round; undefined when something that it needs was not measured. */
  readonly of: (round: Round) => number | undefined;
  readonly more: boolean;
  /** What it must be, what it ought to be, and what it may become. Absent: it is shown and not judged. */
  readonly levels?: readonly [must: number, goal: number, then: number];
}

/** A goal, and what a run says of it. */
export interface Reached extends Pick<Goal, 'figure' | 'more' | 'levels'> {
  readonly spread: Spread | undefined;
  readonly rounds: number;
  readonly verdict: string;
}

const nginx = 'nginx (1 worker)';
const busy = groupName('1k', 64);

const perSecond = ({ perSecond: value }: Sample): number => value;
/** A target's figure of a round; the reference's is the mean of both times. */
const ofReference = ({ reference: [first, second] }: Round, figure: (sample: Sample) => number): number =>
  (figure(first) + figure(second)) / 2;
const of = ({ samples }: Round, name: string, figure: (sample: Sample) => number): number | undefined => {
  const sample = samples[name];
  return sample === undefined ? undefined : figure(sample);
};
const ratio = (above: number | undefined, below: number | undefined): number | undefined =>
  above === undefined || below === undefined ? undefined : above / below;

const goals: readonly Goal[] = [
  {
    figure: 'requests/s ÷ `@fastify/http-proxy`, 64 at a time',
    group: busy,
    of: (round) => ratio(of(round, measuredName, perSecond), ofReference(round, perSecond)),
    more: true,
    levels: [0.5, 0.7, 0.95],
  },
  {
    figure: 'own CPU ÷ `@fastify/http-proxy`, 64 at a time',
    group: busy,
    of: (round) => ratio(of(round, measuredName, ownCpuUs), ofReference(round, ownCpuUs)),
    more: false,
    levels: [3, 2.3, 1.8],
  },
  {
    figure: 'the same, answers sealed',
    group: busy,
    of: (round) => ratio(of(round, sealedName, ownCpuUs), ofReference(round, ownCpuUs)),
    more: false,
  },
  {
    figure: 'requests/s ÷ nginx (1 worker), 64 at a time',
    group: busy,
    of: (round) => ratio(of(round, measuredName, perSecond), of(round, nginx, perSecond)),
    more: true,
    levels: [0.1, 0.15, 0.24],
  },
  {
    figure: 'added p50, 1 at a time, in NATS round trips',
    group: groupName('1k', 1),
    of: (round) => {
      const [ours, direct] = [measuredName, 'direct'].map((name) => of(round, name, ({ p50Ms }) => p50Ms));
      return ratio(ours === undefined || direct === undefined ? undefined : ours - direct, round.roundTrips?.p50Ms);
    },
    more: false,
    levels: [4, 3.2, 2.7],
  },
  {
    figure: 'p99 ÷ p50, 16 at a time',
    group: groupName('1k', 16),
    of: (round) => of(round, measuredName, ({ p99Ms, p50Ms }) => p99Ms / p50Ms),
    more: false,
    levels: [5, 3, 2.5],
  },
  {
    figure: '50 MB stream ÷ direct',
    group: streamName,
    of: (round) => ratio(of(round, measuredName, perSecond), of(round, 'direct', perSecond)),
    more: true,
    levels: [0.12, 0.17, 0.3],
  },
  {
    figure: '50 MB stream ÷ `@fastify/http-proxy`',
    group: streamName,
    of: (round) => ratio(of(round, measuredName, perSecond), ofReference(round, perSecond)),
    more: true,
    levels: [0.5, 0.65, 1],
  },
];

/** Two of the figures, for whoever wants but a sentence. */
export const headlines = { throughput: goals[0]?.figure ?? '', cpu: goals[1]?.figure ?? '' };

/** What a run says of each goal. */
export function reachedIn({ groups, statements }: Findings): readonly Reached[] {
  const reached = goals.map(({ figure, group: name, of: figureOf, more, levels }): Reached => {
    const group = groups.find((each) => each.name === name);
    const values = (group?.rounds ?? []).map(figureOf).filter((value) => value !== undefined);
    const spread = values.length === 0 ? undefined : spreadOf(values);
    const verdict = verdictOn(spread?.median, group?.isConclusive ?? true, more, levels);
    return { figure, more, ...(levels === undefined ? {} : { levels }), spread, rounds: values.length, verdict };
  });
  return statements === undefined ? reached : [...reached, statementsGoal(statements.perRequest)];
}

/** A thousandth of a statement is the noise of a database at rest. */
function statementsGoal(perRequest: number): Reached {
  const median = Math.max(0, Math.round(perRequest * 100) / 100);
  const levels = [0, 0, 0] as const;
  const spread = { median, low: median, high: median };
  return {
    figure: 'SQL transactions per warm request',
    more: false,
    levels,
    spread,
    rounds: 1,
    verdict: verdictOn(median, true, false, levels),
  };
}

function verdictOn(value: number | undefined, isConclusive: boolean, more: boolean, levels: Goal['levels']): string {
  if (value === undefined) return 'not measured';
  if (levels === undefined) return '';
  if (!isConclusive) return 'inconclusive';
  const [must, goal, then] = levels.map((level) => (more ? value >= level : value <= level));
  if (then === true) return 'then';
  if (goal === true) return 'goal';
  return must === true ? 'must' : '**missed**';
}
