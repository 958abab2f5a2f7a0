import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { authMethods } from '@pontage/auth-methods';
import type { MethodRow } from '../demo/method-rows.js';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const command = join(import.meta.dirname, '..', '..', 'bin', 'pontage.mjs');
    const { PATH, HOME, TMPDIR } = process.env;
    execFile(
      process.execPath,
      [command, 'demo', '--methods', ...args],
      { env: { PATH, HOME, TMPDIR } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
const rowsIn = ({ stdout }: Ran): MethodRow[] => JSON.parse(stdout) as MethodRow[];
const outcomes = ({ cells }: MethodRow): string[] =>
  Object.entries(cells).map(([place, { held }]) => `${place} ${held ? 'held' : 'refused'}`);
const everyPlace = (outcome: string): string[] =>
  ['eu-central-1 /query', 'eu-central-1 /proxy', 'us-west-2 /query', 'us-west-2 /proxy'].map(
    (place) => `${place} ${outcome}`,
  );
const ids = [...authMethods.keys()];

describe('pontage demo --methods', () => {
  it('ends with 0 when every method held, through both routes and from both regions', async () => {
    const ran = await run(['--json']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.anything()]);
    const rows = rowsIn(ran);
    expect(new Set(rows.map(({ method }) => method))).toEqual(new Set(ids));
    for (const row of rows) {
      expect([row.title, outcomes(row)]).toEqual([row.title, everyPlace('held')]);
      expect(row.verified).toMatch(/\w{3}/);
    }
  }, 120_000);

  it('ends with 1 when credentials are wrong: every API refuses its own, whatever the others do', async () => {
    const wrong = ids.filter((id) => id !== 'none');
    const ran = await run(['--wrong', ...wrong]);
    expect(ran.code).toBe(1);
    const [head = '', ...lines] = ran.stdout.trim().split('\n');
    expect(head).toMatch(/^method +what the upstream verified +eu-central-1 \/query .* result$/);
    expect(lines.pop()).toBe('Not every method held.');
    expect(lines[0]).toMatch(/^none .*(?: held +){4}held$/);
    for (const line of lines.slice(1)) expect(line).toMatch(/^\S.* - +(?:HTTP )?\d{3}.* FAILED$/);
    expect(lines).toHaveLength(16);
  }, 120_000);

  it('says so when nothing about a method can be wrong', async () => {
    expect(await run(['--wrong', 'none'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/takes a credential of the method none/),
    });
  }, 120_000);
});
