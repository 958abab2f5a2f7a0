import { randomUUID } from 'node:crypto';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { headerOf, startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';
import { startNotingTokenEndpoint } from './src/noting-token-endpoint.js';
import { runQuery, saveResource } from './src/save-resource.js';
import { variablePlaces } from './src/variable-places.js';

let upstream: Upstream;
let other: Upstream;
let pontage: Pontage;
let tap: NatsConnection;
const environments = ['production', 'staging'] as const;
type Environment = (typeof environments)[number];

/** Everything that was on the bus since the start, and every secret that was set. */
const seen: string[] = [];
const secrets: string[] = [];

beforeAll(async () => {
  [upstream, other] = await Promise.all([startUpstream(), startUpstream()]);
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
  const { host, username, password } = new URL(pontage.processes().natsUrl);
  tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
  tap.subscribe('>', {
    callback: (_, message) => void seen.push(`${message.subject} ${Buffer.from(message.data).toString('latin1')}`),
  });
  await tap.flush();
}, 90_000);
beforeEach(() => {
  upstream.forget();
  other.forget();
});
afterAll(async () => {
  await tap?.close();
  await pontage?.stop();
  await Promise.all([upstream?.stop(), other?.stop()]);
}, 30_000);

interface Variable {
  readonly name: string;
  readonly environment: string;
  readonly secret: boolean;
  readonly value: string | { readonly set: true; readonly fingerprint: string };
}
const put = (name: string, body: object) => ask<Variable>(pontage, 'PUT', `/api/v1/config/${name}`, body);
/** Sets a secret, another one each time, and returns it. */
async function putSecret(name: string, environment: Environment = 'production'): Promise<string> {
  const value = `canary-${environment}/${randomUUID()}'`;
  secrets.push(value);
  const { status, json } = await put(name, { environment, value, secret: true });
  expect([status, json.secret, json.code]).toEqual([200, true, undefined]);
  return value;
}
const preview = (id: string, query: object = {}) =>
  ask<Record<string, unknown>>(pontage, 'POST', `/api/v1/resources/${id}/preview`, query);
const forms = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  encodeURIComponent(secret).replaceAll("'", '%27'),
  Buffer.from(secret).toString('base64').replaceAll('=', ''),
  Buffer.from(secret).toString('hex'),
];
const leaks = (shown: string): string[] =>
  secrets.filter((secret) => forms(secret).some((form) => shown.includes(form)));

/** What the upstream was sent last in a place. */
function sent(where: string): string | undefined {
  const last = upstream.requests.at(-1);
  if (last === undefined || where === 'target') return last?.target;
  return where === 'body' ? last.body.toString() : headerOf(last, where);
}
const query = { method: 'POST', path: '/echo', body: { type: 'json', value: {} } };

describe('a secret variable', () => {
  it.each(variablePlaces)(
    'arrives as $label, in each environment its own, changed at once, and is masked in a preview',
    async ({ settings, arrives, where }) => {
      const name = `K${randomUUID().replaceAll('-', '')}`;
      const values = { production: await putSecret(name), staging: await putSecret(name, 'staging') };
      const { id, ...saved } = await saveResource(pontage, {
        baseUrl: upstream.url,
        ...settings(`{{ config.${name} }}`, upstream.url),
      });
      expect(leaks(JSON.stringify(saved))).toEqual([]);
      const run = async (environment: Environment) => {
        const answer = await runQuery(pontage, id, { ...query, environment });
        expect([answer.status, answer.json.code]).toEqual([200, undefined]);
        return sent(where);
      };
      for (const environment of environments) expect(await run(environment)).toBe(arrives(values[environment]));
      for (let change = 0; change < 3; change += 1) {
        values.staging = await putSecret(name, 'staging');
        expect(await run('staging')).toBe(arrives(values.staging));
      }
      expect(await run('production')).toBe(arrives(values.production));
      const shown = await preview(id, { ...query, environment: 'staging' });
      expect([shown.status, leaks(JSON.stringify(shown.json))]).toEqual([200, []]);
      expect(JSON.stringify(shown.json)).toContain('***');
    },
  );

  it('reaches the proxy path and a token endpoint; a changed one makes another grant at once', async () => {
    await using endpoint = await startNotingTokenEndpoint();
    const values = { production: await putSecret('CLIENT'), staging: await putSecret('CLIENT', 'staging') };
    const { id } = await saveResource(pontage, {
      baseUrl: upstream.url,
      headers: [['X-Key', '{{ config.CLIENT }}']],
      authentication: {
        method: 'oauth2',
        grant: 'client_credentials',
        tokenUrl: endpoint.url,
        clientId: 'c',
        clientSecret: '{{ config.CLIENT }}',
        clientAuthentication: 'post',
      },
    });
    const run = async (environment: Environment) => {
      const headers = { 'pontage-environment': environment };
      const answer = await pontage.fetch(`/proxy/${id}/echo`, { headers });
      expect(answer.status).toBe(200);
      expect([sent('x-key'), sent('authorization')]).toEqual([
        values[environment],
        `Bearer token-${endpoint.forms.length}`,
      ]);
      return endpoint.forms.map((form) => form.get('client_secret'));
    };
    expect(await run('production')).toEqual([values.production]);
    expect(await run('production')).toEqual([values.production]);
    expect(await run('staging')).toEqual([values.production, values.staging]);
    values.staging = await putSecret('CLIENT', 'staging');
    expect((await run('staging')).slice(2)).toEqual([values.staging]);
    expect((await run('staging')).slice(2)).toEqual([values.staging]);
  });

  it('does not follow a redirect to another origin', async () => {
    const [header, parameter, base, cookie] = ['RH', 'RP', 'RB', 'RC'];
    for (const name of [header, parameter, base, cookie]) await putSecret(name ?? '');
    const { id } = await saveResource(pontage, {
      baseUrl: `${upstream.url}/?base={{ config.${base} }}`,
      headers: [['Accept', `{{ config.${header} }}`]],
      urlParams: [['key', `{{ config.${parameter} }}`]],
      cookies: [['sid', `{{ config.${cookie} }}`]],
    });
    const to = encodeURIComponent(`${other.url}/echo?key=x&base=y`);
    expect((await runQuery(pontage, id, { path: `/redirect?to=${to}` })).json.status).toBe(200);
    expect(other.requests).toHaveLength(1);
    expect(JSON.stringify(other.requests.map((each) => ({ ...each, body: '' })))).not.toContain('canary');
    expect(other.requests[0]?.target).toBe('/echo');
  });

  it('is refused to whoever asks for it in a query: ad hoc, saved before it was secret, or in a preview', async () => {
    await put('LATER', { value: 'readable' });
    await putSecret('ASKED');
    const { id } = await saveResource(pontage, { baseUrl: upstream.url });
    const text = '{{ config.ASKED }}';
    const asked: [object, string][] = [
      [{ path: `/echo/${text}` }, '/path'],
      [{ path: '/echo', urlParams: [['a', text]] }, '/urlParams/0/1'],
      [{ path: '/echo', headers: [['X-A', text]] }, '/headers/0/1'],
      [{ method: 'POST', path: '/echo', body: { type: 'json', value: { a: text } } }, '/body'],
      [{ method: 'POST', path: '/echo', body: { type: 'raw', value: text } }, '/body'],
    ];
    for (const [request, pointer] of asked) {
      for (const { status, json } of [await runQuery(pontage, id, { ...request }), await preview(id, request)])
        expect([status, json.code, json.errors[0]?.pointer]).toEqual([400, 'secret-variable', pointer]);
    }
    const whole = await runQuery(pontage, id, {
      method: 'POST',
      path: '/echo',
      body: { type: 'raw', value: '{{ config }}' },
    });
    expect(whole.status).toBe(200);
    const raw = upstream.requests.at(-1)?.body.toString() ?? '';
    expect([raw.includes('LATER'), raw.includes('ASKED')]).toEqual([true, false]);
    upstream.forget();

    const app = await ask<{ uuid: string }>(pontage, 'POST', '/api/v1/apps', { name: 'portal' });
    const path = `/api/v1/apps/${app.json.uuid}/queries/q`;
    const save = (name: string) =>
      ask(pontage, 'PUT', path, {
        resource: id,
        request: { path: '/echo', headers: [['X-A', `{{ config.${name} }}`]] },
      });
    const refused = await save('ASKED');
    expect([refused.status, refused.json.code, refused.json.errors[0]?.pointer]).toEqual([
      400,
      'secret-variable',
      '/request/headers/0/1',
    ]);
    expect((await save('LATER')).status).toBe(200);
    await putSecret('LATER');
    const run = await ask(pontage, 'POST', `${path}/run`, { params: {} });
    expect([run.status, run.json.code, run.json.errors[0]?.pointer]).toEqual([400, 'secret-variable', '/headers/0/1']);
    expect(upstream.requests).toEqual([]);
  });

  it('is sealed anew by a rotation of keys while it is used', async () => {
    const secret = await putSecret('ROTATED');
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, headers: [['X-Key', '{{ config.ROTATED }}']] });
    for (const depth of ['keys', 'data']) {
      const begun = await ask<{ id: string }>(pontage, 'POST', '/api/v1/keys/rotate', { depth });
      for (let isOver = false; !isOver;) {
        const { json } = await ask<{ rotation: { id: string; finishedAt: string | null } }>(
          pontage,
          'GET',
          '/api/v1/keys',
        );
        isOver = json.rotation.id === begun.json.id && json.rotation.finishedAt !== null;
        await runQuery(pontage, id, { path: '/echo' });
        expect(sent('x-key')).toBe(secret);
      }
    }
  });

  it('is refused where it is not meant so, without a word of it, and nothing changes', async () => {
    const secret = await putSecret('HELD');
    await put('OPEN', { value: 'open' });
    const listed = async () => (await ask<List<Variable>>(pontage, 'GET', '/api/v1/config?limit=200')).json.data;
    const before = await listed();
    const view = before.find(({ name }) => name === 'HELD')?.value;
    expect(view).toEqual({ set: true, fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const refusals: [string, object, number, string][] = [
      ['HELD', { value: '', secret: true }, 400, '/value'],
      ['HELD', { value: 'x'.repeat(8_193), secret: true }, 400, '/value'],
      ['HELD', { value: view, secret: false }, 400, '/value'],
      ['HELD', { value: { set: true, fingerprint: '0000000000000000' } }, 400, '/value'],
      ['HELD', { value: `${secret}-next` }, 400, '/secret'],
      ['OPEN', { value: view, secret: true }, 400, '/value'],
      ['NEW', { value: view, secret: true }, 400, '/value'],
      ['HELD', { value: { set: true, fingerprint: 'f', more: 1 } }, 400, '/value/more'],
    ];
    for (const [name, body, status, pointer] of refusals) {
      const answer = await put(name, body);
      expect([answer.status, answer.json.errors[0]?.pointer]).toEqual([status, pointer]);
      expect(leaks(JSON.stringify(answer.json))).toEqual([]);
    }
    expect((await put('HELD', { environment: 'moon', value: 'x', secret: true })).status).toBe(404);
    expect(await listed()).toEqual(before);
    // The placeholder keeps it; so does the same value.
    expect((await put('HELD', { value: view })).json.value).toEqual(view);
    expect((await put('HELD', { value: secret, secret: true })).json.value).toEqual(view);
    expect(await listed()).toEqual(before);
  });

  it('was nowhere to be seen all the while: not on the bus, in a log, in the record or in the list', async () => {
    await ask(pontage, 'DELETE', '/api/v1/config/HELD');
    const list = await ask(pontage, 'GET', '/api/v1/config?limit=200');
    const events: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { json: List<unknown> } = await ask<List<unknown>>(
        pontage,
        'GET',
        `/api/v1/audit-events?limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      events.push(JSON.stringify(page.json.data));
      cursor = page.json.nextCursor;
    }
    const record = events.join('\n');
    expect(record).toContain('config.deleted');
    expect(record).toContain('query.ran');
    expect(record).toContain('secret-variable');
    await tap.flush();
    const bus = seen.join('\n');
    console.log(
      `secret variables: ${secrets.length} secrets, ${seen.length} messages on the bus (${bus.length} bytes), ${leaks(bus).length} seen there, ${leaks(record).length} in the record`,
    );
    expect([leaks(bus), leaks(record), leaks(pontage.output()), leaks(JSON.stringify(list.json))]).toEqual([
      [],
      [],
      [],
      [],
    ]);
    expect(seen.length).toBeGreaterThan(200);
    // What is not secret is not hidden.
    expect(record).toContain('readable');
  });
});
