import { describe, expect, it } from '@jest/globals';
import { groupName } from '../rounds/groups.js';
import type { Round } from '../rounds/round.js';
import type { Sample } from '../rounds/sample.js';
import type { Findings } from './findings.js';
import { reachedIn } from './goals.js';
import { markdownOf } from './markdown.js';
import { sentence } from './write-documents.js';

const sample = (perSecond: number, cpu: number): Sample => ({
  answers: perSecond,
  bytes: perSecond * 1_000,
  elapsedMs: 1_000,
  p50Ms: 1,
  p99Ms: 2,
  perSecond,
  megabytesPerSecond: perSecond / 1_000,
  cpuUs: { process: cpu },
  besideUs: {},
});

/** A round in which the reference did 900 and then 1,100 requests a second at 100 µs. */
const round = (perSecond: number, cpu: number): Round => ({
  samples: { 'Pontage /proxy, bearer': sample(perSecond, cpu) },
  reference: [sample(900, 100), sample(1_100, 100)],
  roundTrips: undefined,
  selfRatio: 900 / 1_100,
  machine: { idle: 0.1, steal: 0 },
});

const findings = (rounds: readonly Round[], isConclusive = true): Findings => ({
  at: '2026-01-02T03:04:05.000Z',
  machine: { processor: 'a processor', cores: 2, memoryGb: 8, node: '22.0.0' },
  cellMs: 1_000,
  groups: [{ name: groupName('1k', 64), rounds, repeated: 0, isConclusive }],
  statements: { perRequest: 0.0004, perRequestWithCopy: 0.02 },
  residentMb: {},
  hasNginx: false,
});

const verdicts = (of: Findings): Record<string, string> =>
  Object.fromEntries(reachedIn(of).map(({ figure, verdict }) => [figure, verdict]));
const throughput = 'requests/s ÷ `@fastify/http-proxy`, 64 at a time';
const cpu = 'own CPU ÷ `@fastify/http-proxy`, 64 at a time';

describe('the goals', () => {
  it('are judged by the median of ratios, the reference being the mean of its two times in the round', () => {
    const reached = reachedIn(findings([round(400, 320), round(600, 290), round(1_000, 150)]));
    expect(reached.find(({ figure }) => figure === throughput)?.spread).toEqual({ median: 0.6, low: 0.5, high: 0.8 });
  });

  it.each([
    [400, 320, '**missed**', '**missed**'],
    [600, 290, 'must', 'must'],
    [800, 220, 'goal', 'goal'],
    [990, 150, 'then', 'then'],
  ])('say of %d requests/s at %d µs how far that is', (perSecond, us, ofThroughput, ofCpu) => {
    const found = verdicts(findings([round(perSecond, us)]));
    expect([found[throughput], found[cpu]]).toEqual([ofThroughput, ofCpu]);
  });

  it('are never reached by rounds that are inconclusive, nor by what was not measured', () => {
    const found = verdicts(findings([round(990, 150)], false));
    expect(found[throughput]).toBe('inconclusive');
    expect(found['requests/s ÷ nginx (1 worker), 64 at a time']).toBe('not measured');
  });

  it('allow no statement on a warm path, and take the noise of a database at rest for none', () => {
    expect(verdicts(findings([]))['SQL transactions per warm request']).toBe('then');
    const busy = { ...findings([]), statements: { perRequest: 1.02, perRequestWithCopy: 1.02 } };
    expect(verdicts(busy)['SQL transactions per warm request']).toBe('**missed**');
  });

  it('are quoted in a sentence when they are conclusive, and not otherwise', () => {
    const text = sentence(findings([round(600, 290)]));
    expect(text).toContain('0.60 times the requests/s');
    expect(text).toContain('2.90 times its processor time');
    expect(sentence(findings([round(990, 150)], false))).not.toMatch(/\d times/);
    expect(sentence(findings([]))).not.toMatch(/\d times/);
  });

  it('are shown with what is inconclusive and what is not installed', () => {
    const text = markdownOf(findings([round(990, 150)], false));
    expect(text).toContain(`Inconclusive: ${groupName('1k', 64)}.`);
    expect(text).toContain('nginx: not installed.');
  });
});
