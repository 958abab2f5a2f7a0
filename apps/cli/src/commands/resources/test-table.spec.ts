import { expect, it } from '@jest/globals';
import { testTable } from './test-table.js';

const good = {
  ok: true,
  region: 'eu-central-1',
  workerId: 'w1',
  stages: [
    { name: 'resolve' as const, ok: true, ms: 3, detail: 'The host has an address.' },
    { name: 'request' as const, ok: true, ms: 41, detail: 'The upstream answered 404.', remedy: 'Give a path.' },
  ],
  status: 404,
  notChecked: ['Other paths.', 'Other environments.'],
};
const bad = { ...good, ok: false, region: 'us-west-2', workerId: null, status: null, notChecked: [] };
const failed = { name: 'connect' as const, ok: false, ms: 5000, detail: 'It took too long.', remedy: 'Wait.' };

it('shows every stage with its time, what helps, and what was not checked', () => {
  expect(testTable(good)).toBe(`eu-central-1 (w1): ok, status 404
  ok    resolve           3 ms  The host has an address.
  ok    request          41 ms  The upstream answered 404.
                                → Give a path.
  not checked:  Other paths.
                Other environments.
`);
});

it('shows the regions one below the other, and says when there is none', () => {
  const table = testTable({ ok: false, regions: [good, { ...bad, stages: [failed] }] });
  expect(table).toContain('us-west-2: FAILED\n  FAIL  connect        5000 ms  It took too long.\n');
  expect(table.indexOf('eu-central-1')).toBeLessThan(table.indexOf('us-west-2'));
  expect(testTable({ ok: false, regions: [] })).toBe('no region has workers\n');
});
