import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import pg from 'pg';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the pontage command', () => {
  let pontage: Pontage;
  beforeAll(async () => {
    pontage = await startPontage();
  }, 120_000);
  afterAll(() => pontage.stop());

  const command = join(import.meta.dirname, '..', '..', 'bin', 'pontage.mjs');
  const run = (args: readonly string[], token: string | undefined = pontage.demoToken): Promise<Ran> =>
    new Promise((resolve) => {
      const env = { PATH: process.env.PATH, PONTAGE_URL: pontage.url, PONTAGE_TOKEN: token };
      execFile(process.execPath, [command, ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });

  it('says whether Pontage is ready, and which workers there are', async () => {
    const { code, stdout } = await run(['status']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/is ready\n.*eu-central-1: open, 1 worker.*us-west-2/s)]);
    expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({ ready: true, url: pontage.url });
  });

  it('runs a query and writes its body to stdout, where the next command expects it', async () => {
    const { code, stdout, stderr } = await run(['query', 'run', 'orders', '--path', '/orders', '--param', 'storeId=8']);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { storeId: number }[]).every(({ storeId }) => storeId === 8)).toBe(true);
    expect(stderr).toMatch(/^200 from /);
  });

  it('ends with 1 when the answer is a failure, and says why', async () => {
    expect(await run(['query', 'run', 'orders', '--path', '/nothing'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^404 from/),
    });
    expect(await run(['query', 'run', 'nobody-has-this'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^not-found: /),
    });
    expect(await run(['status'], 'pontage_guess')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^unauthenticated: /),
    });
  });

  it('tests a connection, and ends with 1 when a stage fails', async () => {
    const good = await run(['resources', 'test', 'orders', '--path', '/orders?storeId=8', '--region', 'us-west-2']);
    expect([good.code, good.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^us-west-2 \(\S+\): ok, status 200\n {2}ok {4}resolve .*authenticate.*request.*not checked: /s,
      ),
    ]);
    const all = await run(['resources', 'test', 'orders', '--region', 'all', '--json']);
    expect((JSON.parse(all.stdout) as { regions: unknown[] }).regions).toHaveLength(2);
    const json = { name: 'nowhere', baseUrl: 'http://10.0.0.1' };
    await pontage.fetch('/api/v1/resources', { method: 'POST', json });
    const bad = await run(['resources', 'test', 'nowhere'], pontage.adminToken);
    expect([bad.code, bad.stdout]).toEqual([
      1,
      expect.stringMatching(/FAILED\n.*FAIL {2}policy .*\n +→ Use a public/s),
    ]);
    const unknown = await run(['resources', 'test', 'orders', '--region', 'mars-1']);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/^unknown-region: /)]);
  });

  it('ends quietly when nobody reads on, as with head', async () => {
    const env = { PATH: process.env.PATH, PONTAGE_URL: pontage.url, PONTAGE_TOKEN: pontage.adminToken };
    const child = spawn(process.execPath, [command, 'resources', 'schema'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    const complaints = child.stderr.toArray();
    expect([await once(child, 'close'), Buffer.concat(await complaints).toString()]).toEqual([[0, null], '']);
  });

  it('says what helps when the token or the address is wrong, and which file is', async () => {
    const refused = await run(['resources', 'plan', '-f', 'nowhere.yaml'], 'pontage_guess');
    expect(refused.stderr).toMatch(/^unauthenticated: .*\nPut an API token .* into PONTAGE_TOKEN\.\n$/);
    expect(await run(['resources', 'plan', '-f', 'nowhere.yaml'])).toMatchObject({
      code: 1,
      stderr: 'nowhere.yaml: there is no such file\n',
    });
    expect((await run(['status', '--url', 'nonsense'])).stderr).toMatch(/^"nonsense" is not a URL/);
    expect((await run(['status', '--url', 'http://127.0.0.1:9'])).stderr).toMatch(
      /cannot be reached: is Pontage running/,
    );
  });

  it.each([
    [['queries']],
    [['query', 'run']],
    [['query', 'run', 'orders', '--param', 'storeId']],
    [['audit', 'tail', '-n', 'few']],
    [['resources', 'plan']],
    [['resources', 'apply', '-f']],
    [['resources', 'apply', '-f', 'a.yaml', '--purne']],
    [['resources', 'test']],
  ])('ends with 2 when it is used wrongly: %j', async (args) => {
    expect((await run(args)).code).toBe(2);
  });

  it('shows, exports and verifies the audit log, and names the event that was edited', async () => {
    const tail = await run(['audit', 'tail', '-n', '3', '--action', 'query.ran', '--json']);
    expect(
      tail.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { action: string }).action),
    ).toContain('query.ran');
    const exported = await run(['audit', 'export']);
    const verified = await run(['audit', 'verify', '--json']);
    const { ok, events } = JSON.parse(verified.stdout) as { ok: boolean; events: number };
    expect([verified.code, ok]).toEqual([0, true]);
    expect(events).toBeGreaterThanOrEqual(exported.stdout.trim().split('\n').length);

    const client = new pg.Client(pontage.processes().databaseUrl);
    await client.connect();
    try {
      const { rowCount } = await client.query(
        `UPDATE audit_log.event SET body = replace(body::text, '"success"', '"failure"') WHERE seq = 3`,
      );
      expect(rowCount).toBe(1);
    } finally {
      await client.end();
    }
    expect(await run(['audit', 'verify'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^broken at event 3: /),
    });
  });
});
