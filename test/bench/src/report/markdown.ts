import { spreadOf } from '../rounds/spread.js';
import type { Findings } from './findings.js';
import { reachedIn } from './goals.js';
import { groupTable } from './group-table.js';
import { processTable } from './process-table.js';
import { table, withQuartiles } from './table.js';

/** The run as Markdown, for people. */
export function markdownOf(findings: Findings): string {
  const parts = [
    conditions(findings),
    goalsTable(findings),
    ...findings.groups.map(groupTable),
    processTable(findings),
    statementsLine(findings),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function conditions({ at, machine, cellMs, groups, hasNginx }: Findings): string {
  const rounds = groups.flatMap((group) => group.rounds);
  const repeated = groups.reduce((sum, group) => sum + group.repeated, 0);
  const inconclusive = groups.filter(({ isConclusive }) => !isConclusive).map(({ name }) => name);
  const [idle, steal] = [
    rounds.map(({ machine: { idle: share } }) => share),
    rounds.map((round) => round.machine.steal),
  ];
  return [
    `Measured on ${at.slice(0, 10)}: ${machine.cores} cores of ${machine.processor}, ${machine.memoryGb} GB, Node ${machine.node};`,
    `${rounds.length} rounds in all, cells of ${cellMs / 1_000} s; ${repeated} rounds were repeated because the reference did not agree with itself.`,
    `The machine was idle for ${range(idle)} of a round and lost ${range(steal)} to its hypervisor.`,
    ...(hasNginx ? [] : ['nginx: not installed.']),
    ...(inconclusive.length === 0 ? [] : [`Inconclusive: ${inconclusive.join('; ')}.`]),
  ].join('\n');
}

const range = (shares: readonly number[]): string =>
  `${percent(spreadOf(shares).median)} (${percent(Math.min(...shares))}–${percent(Math.max(...shares))})`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

function goalsTable(findings: Findings): string {
  const rows = reachedIn(findings).map(({ figure, more, levels, spread, rounds, verdict }) => [
    figure,
    ...(levels?.map((level) => `${more ? '≥' : '≤'} ${level}`) ?? ['', '', '']),
    spread === undefined ? '' : withQuartiles(spread),
    String(rounds),
    verdict,
  ]);
  return `### Goals\n\n${table(['figure', 'must', 'goal', 'then', 'median (quartiles)', 'rounds', 'reached'], rows)}`;
}

function statementsLine({ statements }: Findings): string {
  if (statements === undefined) return '';
  const [alone, withCopy] = [statements.perRequest, statements.perRequestWithCopy].map((each) => each.toFixed(3));
  return `Transactions of PostgreSQL per warm request, beyond those at rest: ${alone} with audit-log stopped, ${withCopy} with its copy of the record.`;
}
