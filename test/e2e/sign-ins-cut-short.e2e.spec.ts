import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAlive } from '@pontage/backends';
import { OAuthProvider, openSignIn, startPontage, type Pontage } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';
import { PeopleUpstream } from './src/upstreams/people-upstream.js';

let pontage: Pontage;
let provider: OAuthProvider;
let upstream: PeopleUpstream;

beforeAll(async () => {
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
  provider = await OAuthProvider.start([`${pontage.url}/oauth/callback`]);
  upstream = await PeopleUpstream.start(provider);
  const draft = { name: 'people', baseUrl: upstream.url, authentication: provider.authentication() };
  expect((await ask(pontage, 'POST', '/api/v1/resources', draft)).status).toBe(201);
}, 120_000);
afterAll(async () => {
  await pontage?.stop();
  for (const each of [provider, upstream]) await each?.[Symbol.asyncDispose]();
}, 60_000);

const token = async (): Promise<{ id: string; token: string }> =>
  (await ask<{ id: string; token: string }>(pontage, 'POST', '/api/v1/tokens', { name: 't', scopes: ['queries:run'] }))
    .json;
const query = (by: string) =>
  ask<{ body: { account: string } }>(pontage, 'POST', '/api/v1/resources/people/query', { path: '/me' }, { token: by });
const grants = async () => (await ask<List<{ failing: string | null }>>(pontage, 'GET', '/api/v1/grants')).json.data;

/** A sign-in that somebody has begun and opened. */
async function opened(by: string) {
  const path = '/api/v1/resources/people/auth/start';
  return openSignIn((await ask<{ url: string }>(pontage, 'POST', path, {}, { token: by })).json.url);
}

/** Somebody who has agreed at the provider, and comes back when this is called. */
async function agreed(by: string): Promise<() => Promise<Response>> {
  const { location, comesBack } = await opened(by);
  const callback = await provider.signIn(location, 'ada');
  return () => comesBack(callback);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 50)))
    if (Date.now() > deadline) throw new Error(`not so in time: ${isSo.toString()}`);
}

describe('a sign-in', () => {
  it('is not over because no worker was there to ask the provider by', async () => {
    const { token: by } = await token();
    const comesBack = await agreed(by);
    const workers = pontage.processes().processes.filter(({ service }) => service === 'egress-worker');
    for (const { pid } of workers) process.kill(pid, 'SIGKILL');
    // One that is still dying can take the question along, and then nobody knows whether the code is spent.
    for (const { pid } of workers) while (isAlive(pid)) await sleep(5);
    const refused = await comesBack();
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('You are not signed in')]);
    await until(async () => (await comesBack()).status === 200);
    expect((await query(by)).json.body.account).toBe('ada');
    expect((await comesBack()).status).toBe(410);
  });

  it('of somebody who is gone meanwhile comes to nothing, and what they had is gone at the provider, too', async () => {
    const [one, other] = [await token(), await token()];
    expect((await (await agreed(one.token))()).status).toBe(200);
    expect((await (await agreed(other.token))()).status).toBe(200);
    expect((await query(one.token)).json.body.account).toBe('ada');
    const comesBack = await agreed(one.token);
    const before = (await grants()).length;
    expect((await ask(pontage, 'DELETE', `/api/v1/tokens/${one.id}`)).status).toBe(204);
    await until(async () => (await grants()).length === before - 1);
    expect((await comesBack()).status).toBe(410);
    expect((await grants()).length).toBe(before - 1);
    expect((await query(other.token)).json.body.account).toBe('ada');
  });

  it('that the person refused is no failure of the provider', async () => {
    const { token: by } = await token();
    const { location, comesBack } = await opened(by);
    const { searchParams } = new URL(location);
    const answer = { error: 'access_denied', state: searchParams.get('state') ?? '', iss: provider.origin };
    const back = await comesBack(new URL(`${pontage.url}/oauth/callback?${new URLSearchParams(answer)}`));
    expect([back.status, await back.text()]).toEqual([403, expect.stringContaining('access_denied')]);
  });
});

describe('a parameter that nothing reads', () => {
  it.each([
    '/api/v1/resources/people/query',
    '/api/v1/resources/people/preview',
    '/api/v1/resources/people/test',
    '/api/v1/resources/people/auth/start',
  ])('is refused by %s', async (path) => {
    const { status, json } = await ask(pontage, 'POST', `${path}?environment=staging`, { path: '/me' });
    expect([status, json.code, json.errors[0]?.pointer]).toEqual([400, 'invalid-request', '/query/environment']);
  });

  it('and a time that there is not, by the list of grants', async () => {
    const { status, json } = await ask(pontage, 'GET', '/api/v1/grants?expiresBefore=0000-01-01T00:00:00Z');
    expect([status, json.errors[0]?.pointer]).toEqual([400, '/query/expiresBefore']);
  });
});
