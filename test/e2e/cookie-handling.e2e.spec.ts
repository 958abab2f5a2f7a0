import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headerOf } from '@pontage/fixtures';
import { ask } from './src/ask.js';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';
import { runQuery } from './src/save-resource.js';

let setting: EmbedSetting;
beforeAll(async () => {
  setting = await startEmbedSetting([]);
}, 90_000);
afterAll(async () => setting?.[Symbol.asyncDispose](), 30_000);

const modes = [
  { forwardAllCookies: false, cookiesToForward: [] },
  { forwardAllCookies: false, cookiesToForward: ['mine', 'absent'] },
  { forwardAllCookies: true, cookiesToForward: [] },
] as const;

describe('promise 33: cookies', () => {
  it('of ours never reach an upstream, those of one caller never go out for another, and none is set on our origin', async () => {
    const { pontage, upstream, app, inside } = setting;
    // The same server under another name: another origin.
    const elsewhere = encodeURIComponent(`http://localhost:${upstream.port}/echo`);
    const paths = ['/echo', '/redirect?to=/echo', `/redirect?to=${elsewhere}`, '/headers?set-cookie=up=1%3B+Path%3D/'];
    const sessions = [await setting.redeem(await setting.mint()), await setting.redeem(await setting.mint())];
    upstream.forget();
    let asked = 0;
    let settable = 0;
    const expected = new Map<string, readonly string[]>();
    for (const mode of modes) {
      await ask(pontage, 'PATCH', '/api/v1/resources/shop', mode);
      const mayGo = mode.forwardAllCookies
        ? ['mine', 'other']
        : mode.cookiesToForward.filter((name) => name === 'mine');
      for (const [index, path] of paths.entries()) {
        const name = `q${index}`;
        await ask(pontage, 'PUT', `/api/v1/apps/${app}/queries/${name}`, { resource: 'shop', request: { path } });
        for (const session of sessions) {
          const token = randomUUID();
          const cookie = `${session}; mine=${token}; other=${token}; __Host-pontage-${randomUUID()}=s3ssion`;
          const json = { 'content-type': 'application/json' };
          const answers = [
            await inside(`/embedded/api/queries/${name}/run`, cookie, { method: 'POST', headers: json, body: '{}' }),
            await pontage.fetch(`/proxy/shop${path}`, { headers: { cookie } }),
            await pontage.fetch('/api/v1/resources/shop/query', {
              method: 'POST',
              headers: { cookie },
              json: { path },
            }),
          ];
          asked += answers.length;
          expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
          settable += answers.filter(({ headers }) => headers.has('set-cookie')).length;
          expected.set(token, mayGo);
        }
      }
    }

    const lines = upstream.requests.map((request) => ({
      line: headerOf(request, 'cookie') ?? '',
      count: request.headers.filter(([name]) => name.toLowerCase() === 'cookie').length,
      foreign: headerOf(request, 'host')?.startsWith('localhost') === true,
    }));
    const ours = lines.filter(
      ({ line }) => line.includes('pontage') || sessions.some((each) => line.includes(each.split('=')[1] ?? '')),
    );
    expect(ours).toEqual([]);
    expect(lines.filter(({ count }) => count > 1)).toEqual([]);
    const foreign = lines.filter((each) => each.foreign);
    expect(foreign.length).toBeGreaterThan(0);
    expect(foreign.filter(({ line }) => line !== '')).toEqual([]);
    expect(settable).toBe(0);
    // One caller's cookies in a line, all of the same request: nobody else's are among them.
    let mixed = 0;
    for (const { line } of lines.filter((each) => each.line !== '')) {
      const pairs = line.split('; ').map((pair) => pair.split('='));
      const tokens = new Set(pairs.map(([, token]) => token ?? ''));
      const [token = ''] = tokens;
      if (tokens.size !== 1 || pairs.some(([name = '']) => expected.get(token)?.includes(name) !== true)) mixed += 1;
    }
    expect(mixed).toBe(0);
    process.stdout.write(
      `promise 33: ${asked} calls, ${lines.length} requests upstream; ${ours.length} with a cookie of ours, ${mixed} with another caller's, ${foreign.filter(({ line }) => line !== '').length} of ${foreign.length} across origins with any, ${settable} answers that set one\n`,
    );
  }, 90_000);

  it('that went along are named in the record, without their values', async () => {
    const { pontage } = setting;
    await ask(pontage, 'PATCH', '/api/v1/resources/shop', { forwardAllCookies: true });
    const value = randomUUID();
    await runQuery(pontage, 'shop', { path: '/echo' }, { cookie: `named=${value}; __Host-pontage-x=1` });
    type Events = { data: { data: Record<string, unknown> }[] };
    let names: unknown;
    for (const until = Date.now() + 10_000; names === undefined && Date.now() < until;) {
      const { json } = await ask<Events>(pontage, 'GET', '/api/v1/audit-events?action=query.ran&limit=200');
      expect(JSON.stringify(json)).not.toContain(value);
      names = json.data.map(({ data }) => data.forwardedCookies).find((each) => JSON.stringify(each) === '["named"]');
    }
    expect(names).toEqual(['named']);
  });
});
