import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headerOf, startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { stringify } from 'yaml';
import { ask, type List } from './src/ask.js';
import { counted } from './src/database.js';
import { runQuery } from './src/save-resource.js';

let upstream: Upstream;
let other: Upstream;
let pontage: Pontage;
const folder = mkdtempSync(join(tmpdir(), 'pontage-code-'));

beforeAll(async () => {
  [upstream, other] = await Promise.all([startUpstream(), startUpstream()]);
  const allowed = `127.0.0.1:${upstream.port},127.0.0.1:${other.port}`;
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: allowed } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
  await other?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

const command = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'bin', 'pontage.mjs');

/** Runs `pontage resources …`. */
const resources = (args: readonly string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = {
      env: { PATH: process.env.PATH, PONTAGE_URL: pontage.url, PONTAGE_TOKEN: pontage.adminToken, ...env },
    };
    execFile(process.execPath, [command, 'resources', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

let files = 0;
function fileOf(given: object[]): string {
  const file = join(folder, `resources-${(files += 1)}.yaml`);
  writeFileSync(file, stringify({ resources: given }));
  return file;
}
const read = (name: string) => ask<{ version: number }>(pontage, 'GET', `/api/v1/resources/${name}`);
const unique = (): string => `code-${randomUUID().slice(0, 8)}`;
async function receivedBy(name: string, header: string, environment = 'production'): Promise<string | undefined> {
  upstream.forget();
  await runQuery(pontage, name, { path: '/echo', environment });
  const [request] = upstream.requests;
  return request && headerOf(request, header);
}

describe('resources as code', () => {
  it('are made of files, with secrets from the environment and from files, and then stay as they are', async () => {
    const [bearer, basic] = [unique(), unique()];
    writeFileSync(join(folder, 'key.txt'), 'from a file\n');
    const file = fileOf([
      {
        name: bearer,
        baseUrl: upstream.url,
        headers: [['X-Key', { secret: 'file:key.txt' }]],
        authentication: { method: 'bearer', token: 'env:THE_TOKEN' },
        environments: { staging: { authentication: { method: 'bearer', token: 'env:STAGING_TOKEN' } } },
      },
      { name: basic, baseUrl: upstream.url, authentication: { method: 'basic', username: 'u', password: 'env:PASS' } },
    ]);
    const env = { THE_TOKEN: 'token-one', PASS: 'päss', STAGING_TOKEN: 'token-staging' };
    const plan = await resources(['plan', '-f', file], env);
    expect([plan.code, plan.stdout]).toEqual([0, `+ ${bearer}: create\n+ ${basic}: create\n2 to create\n`]);
    expect((await read(bearer)).status).toBe(404);

    expect((await resources(['apply', '-f', file], env)).code).toBe(0);
    expect(await receivedBy(bearer, 'authorization')).toBe('Bearer token-one');
    expect(await receivedBy(bearer, 'x-key')).toBe('from a file');
    expect(await receivedBy(bearer, 'authorization', 'staging')).toBe('Bearer token-staging');
    expect(await receivedBy(basic, 'authorization')).toBe(`Basic ${Buffer.from('u:päss').toString('base64')}`);

    for (const verb of ['apply', 'plan', 'diff']) {
      const again = await resources([verb, '-f', file], env);
      expect([verb, again.code, again.stdout]).toEqual([verb, 0, verb === 'diff' ? '' : '2 unchanged\n']);
    }
    expect((await read(bearer)).json.version).toBe(1);
  });

  it('show that a secret has changed, and not what it is', async () => {
    const name = unique();
    const file = fileOf([
      { name, baseUrl: upstream.url, timeoutMs: 5_000, authentication: { method: 'bearer', token: 'env:THE_TOKEN' } },
    ]);
    await resources(['apply', '-f', file], { THE_TOKEN: 'token-before' });
    const changed = fileOf([
      { name, baseUrl: upstream.url, timeoutMs: 6_000, authentication: { method: 'bearer', token: 'env:THE_TOKEN' } },
    ]);
    const diff = await resources(['diff', '-f', changed], { THE_TOKEN: 'token-after' });
    expect([diff.code, diff.stdout]).toEqual([
      1,
      `~ ${name}: update (version 1)\n    timeoutMs: 5000 → 6000\n    authentication.token: secret changed\n1 to update\n`,
    ]);
    expect(await receivedBy(name, 'authorization')).toBe('Bearer token-before');
    const applied = await resources(['apply', '-f', changed], { THE_TOKEN: 'token-after' });
    expect(applied.stdout).not.toMatch(/token-(?:before|after)/);
    expect(await receivedBy(name, 'authorization')).toBe('Bearer token-after');
    const events = await ask<List<unknown>>(pontage, 'GET', `/api/v1/audit-events?action=resource.updated`);
    expect(JSON.stringify(events.json)).not.toMatch(/token-(?:before|after)/);
  });

  it('are written by export as apply takes them, without a secret', async () => {
    const name = unique();
    const file = fileOf([
      {
        name,
        baseUrl: upstream.url,
        headers: [['Authorization', 'env:AUTH']],
        authentication: { method: 'api-key', in: 'query', name: 'key', value: 'env:KEY' },
        environments: { staging: { timeoutMs: 500 } },
      },
    ]);
    await resources(['apply', '-f', file], { AUTH: 'Custom secret-a', KEY: 'secret-k' });
    const exported = await resources(['export', name]);
    expect([exported.code, exported.stdout]).toEqual([0, expect.stringMatching(/^# Secrets are not/)]);
    expect(exported.stdout).not.toMatch(/secret-[ak]|createdAt|timeoutMs: 10000/);
    const again = join(folder, 'exported.yaml');
    writeFileSync(again, exported.stdout);
    expect(await resources(['apply', '-f', again])).toMatchObject({ code: 0, stdout: '1 unchanged\n' });
    expect(await receivedBy(name, 'authorization')).toBe('Custom secret-a');
    // What stands for a secret does not take it elsewhere.
    writeFileSync(again, exported.stdout.replace(upstream.url, other.url));
    const moved = await resources(['apply', '-f', again]);
    expect([moved.code, moved.stderr]).toEqual([
      1,
      expect.stringMatching(/^secret-required: .*\/resources\/0\/headers\/0\/1/),
    ]);
  });

  it('change all together or not at all', async () => {
    const [one, two] = [unique(), unique()];
    await resources(['apply', '-f', fileOf([{ name: one, baseUrl: upstream.url }])]);
    const bad = fileOf([
      { name: one, baseUrl: other.url },
      { name: two, baseUrl: upstream.url, region: 'mars-north-1' },
    ]);
    const refused = await resources(['apply', '-f', bad]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^unknown-region: .*\/resources\/1/)]);
    expect((await read(one)).json).toMatchObject({ version: 1, baseUrl: upstream.url });

    // One that cannot go keeps the others from changing: a saved query calls it.
    const { json: app } = await ask<{ uuid: string }>(pontage, 'POST', '/api/v1/apps', { name: unique() });
    await ask(pontage, 'PUT', `/api/v1/apps/${app.uuid}/queries/q`, { resource: one, request: {} });
    const all = await ask<List<{ name: string }>>(pontage, 'GET', '/api/v1/resources?limit=200');
    const others = await resources(['export', ...all.json.data.map(({ name }) => name).filter((name) => name !== one)]);
    const without = join(folder, 'without.yaml');
    writeFileSync(without, `${others.stdout}  - name: ${two}\n    baseUrl: ${upstream.url}\n`);
    const inUse = await resources(['apply', '--prune', '-f', without]);
    expect([inUse.code, inUse.stderr]).toEqual([1, expect.stringMatching(/^in-use: /)]);
    expect([(await read(one)).status, (await read(two)).status]).toEqual([200, 404]);

    await ask(pontage, 'DELETE', `/api/v1/apps/${app.uuid}/queries/q`);
    expect((await resources(['apply', '--prune', '-f', without])).stdout).toContain(`- ${one}: delete (version 1)`);
    expect([(await read(one)).status, (await read(two)).status]).toEqual([404, 200]);
  });

  it('are one of two states after two applies at once, never a mixture', async () => {
    const names = Array.from({ length: 8 }, unique);
    const state = (description: string) =>
      fileOf(
        names.map((name) => ({
          name,
          description,
          baseUrl: upstream.url,
          authentication: { method: 'bearer', token: 'env:THE_TOKEN' },
        })),
      );
    for (let round = 0; round < 3; round += 1) {
      const states = [`a${round}`, `b${round}`];
      const ran = await Promise.all(states.map((each) => resources(['apply', '-f', state(each)], { THE_TOKEN: each })));
      expect(ran.map(({ code }) => code)).toEqual([0, 0]);
      const seen = await Promise.all(
        names.map(async (name) => (await read(name)).json as unknown as { description: string }),
      );
      expect(new Set(seen.map(({ description }) => description)).size).toBe(1);
      const tokens = new Set<string | undefined>();
      for (const name of names) tokens.add(await receivedBy(name, 'authorization'));
      expect([...tokens]).toEqual([`Bearer ${seen[0]?.description}`]);
    }
  });

  it('are tested as they would be saved, and by name once they are', async () => {
    const [good, bad] = [unique(), unique()];
    const file = fileOf([
      { name: good, baseUrl: upstream.url, authentication: { method: 'bearer', token: 'env:THE_TOKEN' } },
      { name: bad, baseUrl: 'http://169.254.169.254/', authentication: { method: 'bearer', token: 'env:THE_TOKEN' } },
    ]);
    const env = { THE_TOKEN: 'token-tested' };
    const tested = await resources(['test', '-f', file, '--path', '/echo'], env);
    expect([tested.code, tested.stdout]).toEqual([
      1,
      expect.stringMatching(new RegExp(`${good}[^]*ok[^]*${bad}[^]*FAIL  policy`)),
    ]);
    expect(tested.stdout).not.toContain('token-tested');
    expect((await read(good)).status).toBe(404);
    await ask(pontage, 'POST', '/api/v1/resources', { name: good, baseUrl: upstream.url });
    expect(await resources(['test', good, '--path', '/echo'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ok {4}request/) as unknown,
    });
    expect((await resources(['test'])).code).toBe(2);
  });

  it('are refused on a plan that others have overtaken', async () => {
    const name = unique();
    const body = { resources: [{ name, baseUrl: upstream.url }] };
    const plan = await ask<{ basis: string }>(pontage, 'POST', '/api/v1/resources/plan', body);
    await ask(pontage, 'POST', '/api/v1/resources', body.resources[0]);
    const stale = { ...body, basis: plan.json.basis };
    const { status, json } = await ask(pontage, 'POST', '/api/v1/resources/apply', stale);
    expect([status, json.code]).toEqual([412, 'precondition-failed']);
  });

  it.each<[string, object, RegExp]>([
    [
      'a secret in clear',
      { authentication: { method: 'bearer', token: 'clear' } },
      /authentication\.token: .*never in clear/,
    ],
    ['an Authorization header in clear', { headers: [['authorization', 'clear']] }, /headers\[0\]: .*never in clear/],
    ['a sealed value in clear', { cookies: [['c', { secret: 'clear' }]] }, /cookies\[0\]: .*never in clear/],
    ['a variable that is not there', { authentication: { method: 'bearer', token: 'env:NOT_SET' } }, /no NOT_SET/],
    ['a file that is not there', { tls: { clientKey: 'file:no.pem' } }, /no\.pem cannot be read/],
    ['an unknown field', { bsaeUrl: 'x' }, /\/resources\/0\/bsaeUrl: Unknown field/],
    ['an unknown method', { authentication: { method: 'magic' } }, /\/resources\/0\/authentication\/method/],
  ])('are refused with %s', async (_, more, message) => {
    const name = unique();
    const ran = await resources(['apply', '-f', fileOf([{ name, baseUrl: upstream.url, ...more }])]);
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(ran.stderr).not.toContain("'clear'");
    expect((await read(name)).status).toBe(404);
  });

  it('are refused twice in one set, and to a token whose groups would not have them', async () => {
    const name = unique();
    const twice = [1, 2].map(() => ({ name, baseUrl: upstream.url }));
    const { json } = await ask(pontage, 'POST', '/api/v1/resources/plan', { resources: twice });
    expect(json).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '/resources/1/name' }] });
    await ask(pontage, 'POST', '/api/v1/resources', twice[0]);
    const group = await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: unique() });
    const { json: limited } = await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', {
      name: unique(),
      scopes: ['resources:write'],
      groupIds: [group.json.id],
    });
    const asLimited = (body: object) => ask(pontage, 'POST', '/api/v1/resources/apply', body, { token: limited.token });
    expect((await asLimited({ resources: [twice[0]] })).json.code).toBe('resource-name-taken');
    expect((await asLimited({ resources: [{ name: unique(), baseUrl: upstream.url }] })).json.code).toBe('forbidden');
    expect((await asLimited({ resources: [], prune: true })).json.code).toBe('forbidden');
  });

  it('have a JSON Schema that knows every method and lets no secret stand in clear', async () => {
    const { stdout } = await resources(['schema']);
    interface Method {
      readonly properties: Readonly<Record<string, object>> & { readonly method: { readonly const: string } };
    }
    const schema = JSON.parse(stdout) as {
      properties: { resources: { items: { properties: { authentication: { oneOf: readonly Method[] } } } } };
    };
    const { oneOf } = schema.properties.resources.items.properties.authentication;
    const { json: methods } = await ask<List<{ id: string }>>(pontage, 'GET', '/api/v1/auth-methods');
    expect(oneOf.map(({ properties }) => properties.method.const)).toEqual(methods.data.map(({ id }) => id));
    const bearer = oneOf.find(({ properties }) => properties.method.const === 'bearer');
    expect(JSON.stringify(bearer?.properties.token)).toContain('^(env|file):');
    expect(stdout).not.toContain('"authentication": true');
  });
});

it('plans the most resources with secrets in every environment, and leaves no draft behind', async () => {
  const own = (index: number) => ({ authentication: { method: 'bearer', token: `own-${index}` } });
  const set = Array.from({ length: 200 }, (_, index) => ({
    name: unique(),
    baseUrl: upstream.url,
    ...own(index),
    environments: { production: own(index), staging: own(index) },
  }));
  const plan = await ask<{ changes: object[] }>(pontage, 'POST', '/api/v1/resources/plan', { resources: set });
  expect([plan.status, plan.json.changes?.length]).toEqual([200, 200]);
  expect(await counted(pontage, 'auth_broker', ['draft'])).toEqual([0]);
  const bad = { name: unique(), baseUrl: upstream.url, headers: [['X', { set: true, fingerprint: 'f' }]] };
  const apply = await ask(pontage, 'POST', '/api/v1/resources/apply', { resources: [...set.slice(0, 3), bad] });
  expect([apply.status, apply.json.errors[0]?.pointer]).toEqual([400, '/resources/3/headers/0/1']);
  expect(await counted(pontage, 'auth_broker', ['draft'])).toEqual([0]);
}, 90_000);
