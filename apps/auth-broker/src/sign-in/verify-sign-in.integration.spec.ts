import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BrokerStack, callOf } from '../broker.fixture.js';
import { TokenEndpoint } from '../grant/token-endpoint.fixture.js';
import { Door, says } from './door.fixture.js';

let stack: BrokerStack;
let endpoint: TokenEndpoint;
let door: Door;
const call = callOf();
const other = callOf(call.org);
const range = (count: number) => Array.from({ length: count });
const client = (more: object = { verificationUrl: '/me' }) => stack.credential(endpoint.authentication(more), call);
const session = (more: object = { verificationUrl: '/me' }) =>
  stack.credential({ method: 'session', cookiesToForward: ['sid'], ...more }, call);
const verify = (of: Awaited<ReturnType<typeof client>>, more: Parameters<typeof stack.verify>[3] = {}) =>
  stack.verify(of, call, `${door.url}/v1?tenant=acme`, more);

beforeAll(async () => {
  [stack, endpoint, door] = await Promise.all([BrokerStack.start(), TokenEndpoint.start(), Door.start()]);
  await stack.broker();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
  await door[Symbol.asyncDispose]();
});
beforeEach(() => {
  door.answer = says(200);
  door.asked.length = 0;
  endpoint.instead = undefined;
  endpoint.asked = 0;
});

describe('with a grant and a verification URL, a caller', () => {
  it('is authorized when the upstream takes the grant, which is acquired for that', async () => {
    const of = await client();
    const signIn = await verify(of, { headers: [['X-Api-Version', '2']] });
    expect(signIn).toMatchObject({ state: 'authorized', explain: expect.stringContaining('answered 200') });
    expect(Date.parse(signIn.expiresAt ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    expect(door.asked).toEqual([
      { target: '/v1/me?tenant=acme', authorization: expect.stringMatching(/^Bearer \S+$/) },
    ]);
    expect((await stack.lease(of, call)).grant?.version).toBe(1);
  });

  it.each([302, 403, 404, 500, 503])(
    'is unauthorized when it answers %i, and no redirect is followed',
    async (status) => {
      door.answer = says(status, { location: '/login' });
      const signIn = await verify(await client());
      expect(signIn).toMatchObject({ state: 'unauthorized', explain: expect.stringContaining(`answered ${status}`) });
      expect(door.asked).toHaveLength(1);
    },
  );

  it('is asked about once more with a newer grant when the upstream answers 401, as a query would be', async () => {
    const of = await client();
    const { accessToken } = (await stack.lease(of, call)).grant?.value as { accessToken: string };
    door.answer = (request, response) =>
      says(request.headers.authorization === `Bearer ${accessToken}` ? 401 : 200)(request, response);
    expect((await verify(of)).state).toBe('authorized');
    expect(stack.eventsOf(of.credentialId, 'grant.verified')).toEqual([]);
    expect(door.asked).toHaveLength(2);
    expect(endpoint.asked).toBe(2);
    expect((await stack.lease(of, call)).grant?.version).toBe(2);
  });

  it('does not make tokens come in a loop when the upstream refuses every one', async () => {
    const of = await client();
    door.answer = says(401);
    const startedAt = performance.now();
    for (let again = 0; again < 30; again += 1) expect((await verify(of)).state).toBe('unauthorized');
    expect(endpoint.asked).toBeLessThanOrEqual(3 + Math.floor((performance.now() - startedAt) / 1_000));
  });

  it('is told by the token endpoint that the credential is no good', async () => {
    const of = await client();
    endpoint.failing(401, 'invalid_client');
    expect(await verify(of)).toEqual({
      state: 'unauthorized',
      expiresAt: null,
      explain: expect.stringContaining('the credential is not accepted'),
      canSignIn: false,
    });
    expect(door.asked).toEqual([]);
  });

  it('is expired when the grant is over and there is no other', async () => {
    const of = await client();
    await stack.lease(of, call);
    await stack.letPass(of.credentialId, 4_000);
    endpoint.failing(401, 'invalid_client');
    const signIn = await verify(of);
    expect(signIn.state).toBe('expired');
    expect(Date.parse(signIn.expiresAt ?? '')).toBeLessThan(Date.now() - 300_000);
  });

  it('is not judged when the token endpoint is down', async () => {
    const of = await client();
    endpoint.failing(500, 'server_error');
    await expect(verify(of)).rejects.toMatchObject({ slug: 'token-endpoint-failed' });
  });
});

describe('without a verification URL', () => {
  it('the grant decides', async () => {
    const of = await client({});
    expect(await verify(of)).toMatchObject({
      state: 'authorized',
      explain: expect.stringContaining('There is no verification URL'),
    });
    expect(door.asked).toEqual([]);
  });

  it('the presence of the cookies decides', async () => {
    const of = await session({});
    expect((await verify(of, { cookieLine: 'sid=1' })).state).toBe('authorized');
    expect((await verify(of, { cookieLine: 'theme=dark' })).state).toBe('unauthorized');
    expect((await verify(of)).state).toBe('unauthorized');
  });

  it('nobody has to sign in where nothing is acquired', async () => {
    const of = await stack.credential({ method: 'basic', username: 'u', password: 'canary-p' }, call);
    expect((await verify(of)).state).toBe('not-required');
  });
});

describe('with session cookies, a caller', () => {
  it('is asked about with the named ones, each caller and each cookie for itself', async () => {
    const of = await session();
    door.answer = (request, response) => says(request.headers.cookie === 'sid=good' ? 204 : 302)(request, response);
    const states = await Promise.all([
      verify(of, { cookieLine: 'sid=good; theme=dark' }),
      verify(of, { cookieLine: 'sid=bad' }),
      verify(of),
      stack.verify(of, other, `${door.url}/v1`, { cookieLine: 'sid=good' }),
    ]);
    expect(states.map(({ state }) => state)).toEqual(['authorized', 'unauthorized', 'unauthorized', 'authorized']);
    expect(door.asked.map(({ cookie }) => cookie ?? '').sort()).toEqual(['', 'sid=bad', 'sid=good', 'sid=good']);
  });
});

describe('what the upstream has said', () => {
  it('is asked once by 200 askers, and remembered for seconds, a no for one at most', async () => {
    const of = await session();
    const ask = (cookieLine: string) => verify(of, { cookieLine });
    await Promise.all(range(200).map(() => ask('sid=1')));
    await ask('sid=1');
    expect(door.asked).toHaveLength(1);
    door.answer = says(401);
    expect((await ask('sid=2')).state).toBe('unauthorized');
    expect((await ask('sid=2')).state).toBe('unauthorized');
    expect(door.asked).toHaveLength(2);
    door.answer = says(200);
    await sleep(1_050);
    expect((await ask('sid=2')).state).toBe('authorized');
    expect((await ask('sid=1')).state).toBe('authorized');
    expect(door.asked).toHaveLength(3);
  });

  it('is not remembered when there was nothing', async () => {
    const of = await session();
    door.answer = (request) => void request.socket.destroy();
    await expect(verify(of, { cookieLine: 'sid=1' })).rejects.toThrow();
    door.answer = says(200);
    expect((await verify(of, { cookieLine: 'sid=1' })).state).toBe('authorized');
  });

  it('is on record when it changes, and only then', async () => {
    const of = await client();
    const told = () =>
      stack.eventsOf(of.credentialId, 'grant.verified').map(({ outcome, data }) => ({ outcome, data }));
    await verify(of);
    expect(told()).toEqual([]);
    // Another request is another question, so that nothing is from memory.
    let asked = 0;
    const ask = () => verify(of, { headers: [['X-Count', String((asked += 1))]] });
    door.answer = says(403);
    await Promise.all([ask(), ask(), ask()]);
    await ask();
    door.answer = says(200);
    await Promise.all([ask(), ask()]);
    await ask();
    const facts = { serves: 'everyone', method: 'oauth2', environment: 'production' };
    expect(told()).toEqual([
      { outcome: 'failure', data: expect.objectContaining({ ...facts, status: 403 }) },
      { outcome: 'success', data: expect.objectContaining({ ...facts, status: 200 }) },
    ]);
  });
});

describe('a verification URL elsewhere', () => {
  it('is refused when it is saved, and when it is asked', async () => {
    await using evil = await Door.start();
    const given = { verificationUrl: `${evil.url}/me` };
    const authentication = { method: 'session', cookiesToForward: ['sid'], ...given };
    await expect(stack.credential(authentication, call, { baseUrl: door.url })).rejects.toMatchObject({
      slug: 'invalid-request',
      errors: [{ pointer: '/authentication/verificationUrl' }],
    });
    for (const stray of [await session(given), await client(given)])
      await expect(verify(stray, { cookieLine: 'sid=canary' })).rejects.toMatchObject({ slug: 'destination-denied' });
    expect(evil.asked).toEqual([]);
  });

  it('is refused when a variable leads there', async () => {
    await using evil = await Door.start();
    const place = `${call.org}.production.VERIFY`;
    await stack.config.put(place, { version: 1, value: { value: `${evil.url}/me` } });
    const of = await session({ verificationUrl: '{{ config.VERIFY }}' });
    const known = async (): Promise<unknown> =>
      verify(of, { cookieLine: 'sid=1' }).then(
        () => known(),
        (error: { slug: string }) => (error.slug === 'unknown-variable' ? known() : error),
      );
    expect(await known()).toMatchObject({ slug: 'destination-denied' });
    await stack.config.put(place, { version: 2, value: { value: '/me' } });
    const led = async (): Promise<string> => verify(of, { cookieLine: 'sid=1' }).then(({ state }) => state, led);
    expect(await led()).toBe('authorized');
    expect(evil.asked).toEqual([]);
  });
});

describe('what comes back', () => {
  it('holds no secret, and nothing that the upstream said', async () => {
    const canaries = ['canary', endpoint.clientSecret];
    const told: unknown[] = [];
    const oauth = await client();
    door.answer = says(403, { 'x-secret': 'canary-header', location: 'https://canary.test' });
    told.push(await verify(oauth), await verify(await session(), { cookieLine: 'sid=canary-cookie' }));
    endpoint.failing(401, 'canary-error');
    told.push(await verify(await client()).catch((error: unknown) => error));
    told.push(stack.events.filter(({ action }) => action.startsWith('grant.')));
    const { accessToken } = (await stack.lease(oauth, call)).grant?.value as { accessToken: string };
    const text = JSON.stringify(told);
    for (const canary of [...canaries, accessToken]) expect(text).not.toContain(canary);
    const wire = Buffer.concat(stack.wire);
    for (const canary of ['canary-cookie', accessToken]) expect(wire.includes(canary)).toBe(false);
  });
});
