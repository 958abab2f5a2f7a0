import { PontageProblem, type PontageClient } from '@pontage/client';
import type { Account } from './verifying-apis.js';

/** One request: whether it held, and what the upstream said it verified, or what went wrong. */
interface Cell {
  readonly held: boolean;
  readonly said: string;
}

/** What one auth method did. */
export interface MethodRow {
  readonly title: string;
  readonly method: string;
  /** In the upstream's words; empty when nothing was. */
  readonly verified: string;
  /** By region and route. */
  readonly cells: Readonly<Record<string, Cell>>;
  readonly held: boolean;
}

const path = "/a%20b/orders?b=2&a=1&b=1&d=%C3%A4+%2B'(!)";
const order = { item: 'r\u00f6pe', lines: [1, 2] };

/** Calls an API through `/query` and `/proxy` from each region, with a resource for each. */
export async function methodRow(
  client: PontageClient,
  account: Account,
  index: number,
  regions: readonly string[],
): Promise<MethodRow> {
  const cells: Record<string, Cell> = {};
  const headers: Record<string, string> = account.cookie === undefined ? {} : { cookie: account.cookie };
  const { baseUrl, authentication } = account;
  for (const region of regions) {
    const name = `method-${index}-${region}`;
    const body = { name, baseUrl, region, authentication };
    await client.call('createResource', { body });
    cells[`${region} /query`] = await cellOf(() => throughQuery(client, name, region, headers));
    cells[`${region} /proxy`] = await cellOf(() => throughProxy(client, name, region, headers));
  }
  const all = Object.values(cells);
  return {
    title: account.title,
    method: String(authentication.method),
    verified: all.find(({ held }) => held)?.said ?? '',
    cells,
    held: all.length > 0 && all.every(({ held }) => held),
  };
}

async function throughQuery(client: PontageClient, name: string, region: string, headers: Record<string, string>) {
  const answer = await client.call(
    'runAdHocQuery',
    { path: { resource: name }, body: { method: 'POST', path, body: { type: 'json', value: order } } },
    { headers },
  );
  return judged(region, answer.region, answer.status, answer.body);
}

async function throughProxy(client: PontageClient, name: string, region: string, headers: Record<string, string>) {
  const answer = await client.request('PUT', `/proxy/${name}${path}`, { headers, body: order });
  const text = await answer.text();
  return judged(region, answer.headers.get('pontage-region'), answer.status, jsonOf(text));
}

function judged(wanted: string, region: string | null, status: number, body: unknown): Cell {
  const { verified, code } = (body ?? {}) as { verified?: string; code?: string };
  if (status !== 200 || verified === undefined)
    return { held: false, said: code === undefined ? `HTTP ${status}` : `${status} ${code}` };
  return region === wanted
    ? { held: true, said: verified }
    : { held: false, said: `it left from ${region ?? 'nowhere'}` };
}

async function cellOf(request: () => Promise<Cell>): Promise<Cell> {
  try {
    return await request();
  } catch (error) {
    const said = error instanceof PontageProblem ? `${error.status} ${error.code}` : (error as Error).message;
    return { held: false, said };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
