import { describe, expect, it } from '@jest/globals';
import { startChild } from './children/child.js';
import { groupName } from './rounds/groups.js';
import { ownCpuUs } from './rounds/sample.js';
import { runBench } from './run-bench.js';
import { startUpstream } from './targets/upstream.js';

// Nothing here is about time: it shows that the bench measures what it says.

describe('npm run bench', () => {
  it('asks every target for the same and counts what each process of the path has used', async () => {
    const isWanted = ({ name }: { name: string }): boolean => name === groupName('1k', 1);
    const { groups, residentMb } = await runBench(
      { rounds: 1, cellMs: 40, isWanted, countsStatements: false },
      () => undefined,
    );
    const [round] = groups[0]?.rounds ?? [];
    const samples = Object.entries(round?.samples ?? {});
    const names = samples.map(([name]) => name).filter((name) => !name.startsWith('nginx'));
    expect(names.toSorted()).toEqual([
      'Pontage /proxy, bearer',
      'Pontage /proxy, oauth',
      'Pontage /proxy, sigv4',
      'Pontage /query, bearer',
      'Pontage /query, oauth',
      'Pontage /query, sigv4',
      'direct',
    ]);
    for (const [, { answers, p50Ms }] of samples) expect([answers > 0, p50Ms > 0]).toEqual([true, true]);
    expect(round?.reference.every(({ answers }) => answers > 0)).toBe(true);
    expect(round?.roundTrips?.answers).toBeGreaterThan(0);
    const ours = round?.samples['Pontage /proxy, bearer'];
    expect(Object.keys(ours?.cpuUs ?? {}).map((name) => name.split(' ')[0])).toEqual(
      expect.arrayContaining(['gateway', 'query-proxy', 'egress-worker', 'nats']),
    );
    expect(ours === undefined ? NaN : ownCpuUs(ours)).toBeGreaterThanOrEqual(0);
    expect(residentMb.gateway).toBeGreaterThan(10);
  }, 120_000);

  it('ends at the first answer that is not the upstream’s', async () => {
    const [upstream, load] = [await startUpstream(), await startChild('load')];
    try {
      const request = {
        url: `http://127.0.0.1:${upstream.port}/bearer/1k`,
        method: 'GET',
        headers: [],
        expected: { bytes: 0, sha256: '' },
      };
      const opened = load.ask({ type: 'open', request, connections: 1, warmMs: 10 });
      await expect(opened).rejects.toThrow('was answered with 401');
      const open = { ...request, url: request.url.replace('bearer', 'open') };
      await expect(load.ask({ type: 'open', request: open, connections: 1, warmMs: 10 })).rejects.toThrow('200');
    } finally {
      await Promise.all([upstream.stop(), load.stop()]);
    }
  }, 30_000);
});
