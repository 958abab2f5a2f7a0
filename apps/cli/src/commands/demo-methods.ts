import { onDemoStage, type DemoStage } from '../demo/demo-run.js';
import { methodRow, type MethodRow } from '../demo/method-rows.js';
import { ordersAuthentication } from '../demo/seed-demo.js';
import { startVerifyingApis, type Account } from '../demo/verifying-apis.js';
import type { DemoUpstream } from '../launcher/demo-upstream.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const report = (line: string): void => void process.stderr.write(`  ${line}\n`);

/**
 * Calls one API of every auth method, through `/query` and `/proxy` and from every region; the API verifies the call.
 * @param wrong the auth methods that get a wrong credential
 * @returns the exit code: 0 only if every call held
 */
export async function demoMethods(wrong: readonly string[], json: boolean): Promise<number> {
  const begun = Date.now();
  let accounts: readonly Account[] = [];
  const held = await onDemoStage(
    async (stage) => {
      const rows = await rowsOf(stage, wrong.reduce(spoilt, [...accounts, ordersAccount(stage.upstream)]));
      say(json ? JSON.stringify(rows) : table(rows));
      return rows.every((row) => row.held);
    },
    report,
    async (dataDir, signal) => {
      const apis = await startVerifyingApis(dataDir, signal);
      accounts = apis.accounts;
      return apis;
    },
  );
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  if (!json) say(held ? `Every method held (${seconds} s with boot and drain).` : 'Not every method held.');
  return held ? 0 : 1;
}

/** The orders API has an authorization server of its own. */
const ordersAccount = (upstream: DemoUpstream): Account => ({
  title: 'oauth2, client credentials',
  baseUrl: `http://127.0.0.1:${upstream.port}/verified`,
  authentication: ordersAuthentication(upstream),
  wrong: { clientSecret: 'guess' },
});

async function rowsOf({ client }: DemoStage, accounts: readonly Account[]): Promise<MethodRow[]> {
  const regions: string[] = [];
  for await (const { id } of client.all('listRegions')) regions.push(id);
  const rows: MethodRow[] = [];
  for (const [index, account] of accounts.entries()) rows.push(await methodRow(client, account, index, regions));
  const { data: methods } = await client.call('listAuthMethods');
  const missing = methods.filter(({ id }) => !rows.some(({ method }) => method === id));
  return [...rows, ...missing.map(({ id }) => ({ title: id, method: id, verified: '', cells: {}, held: false }))];
}

/** @throws Error when there is no such method, or nothing about it can be wrong */
function spoilt(accounts: readonly Account[], method: string): Account[] {
  const isMeant = ({ authentication, wrong }: Account): boolean => authentication.method === method && wrong !== null;
  if (!accounts.some(isMeant)) throw new Error(`no API of the demo takes a credential of the method ${method}`);
  return accounts.map((account) =>
    isMeant(account) ? { ...account, authentication: { ...account.authentication, ...account.wrong } } : account,
  );
}

function table(rows: readonly MethodRow[]): string {
  const columns = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  const lines = [
    ['method', 'what the upstream verified', ...columns, 'result'],
    ...rows.map(({ title, verified, cells, held }) => [
      title,
      verified === '' ? '-' : verified,
      ...columns.map((column) => {
        const cell = cells[column];
        return cell === undefined ? 'not called' : cell.held ? 'held' : cell.said;
      }),
      held ? 'held' : 'FAILED',
    ]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
