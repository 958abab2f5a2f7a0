import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { certificate, headerOf, startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { runQuery, saveResource, trySaveResource } from './src/save-resource.js';

let upstream: Upstream;
let other: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  [upstream, other] = await Promise.all([startUpstream(), startUpstream()]);
  const allowed = `127.0.0.1:${upstream.port},127.0.0.1:${other.port}`;
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: allowed } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
  await other?.stop();
}, 30_000);

const canary = (): string => `canary-${randomUUID()}`;
type Pairs = [string, unknown][];
const patch = (id: string, body: unknown) => ask(pontage, 'PATCH', `/api/v1/resources/${id}`, body);
async function headerOfQuery(id: string, name: string): Promise<string | undefined> {
  upstream.forget();
  await runQuery(pontage, id, { path: '/echo' });
  const [request] = upstream.requests;
  return request && headerOf(request, name);
}

describe('a sealed value', () => {
  it('is kept by its placeholder, wherever the pair has moved to, and goes nowhere else', async () => {
    const [one, two] = [canary(), canary()];
    const saved = await saveResource(pontage, {
      baseUrl: upstream.url,
      headers: [
        ['X-One', { secret: one }],
        ['X-Two', { secret: two }],
      ],
    });
    const [first, second] = saved.headers as Pairs;
    const swapped = await patch(saved.id, { headers: [second, ['X-Plain', '1'], first] });
    expect(swapped.status).toBe(200);
    expect(await headerOfQuery(saved.id, 'x-one')).toBe(one);
    expect(await headerOfQuery(saved.id, 'x-two')).toBe(two);

    // Kept together with a new one: the broker puts them into one record.
    const three = canary();
    expect((await patch(saved.id, { headers: [first, ['X-Three', { secret: three }]] })).status).toBe(200);
    expect(await headerOfQuery(saved.id, 'x-one')).toBe(one);
    expect(await headerOfQuery(saved.id, 'x-three')).toBe(three);
    expect(await headerOfQuery(saved.id, 'x-two')).toBeUndefined();

    const moves: unknown[] = [
      { headers: [['X-Other', first?.[1]]] },
      { urlParams: [['X-One', first?.[1]]] },
      { body: [['X-One', first?.[1]]] },
      { cookies: [['X-One', first?.[1]]] },
      { headers: [['X-One', { set: true, fingerprint: '0000000000000000' }]] },
      {
        headers: [
          ['X-Other', first?.[1]],
          ['X-New', { secret: canary() }],
        ],
      },
    ];
    for (const move of moves) {
      const { status, json } = await patch(saved.id, move);
      expect([status, json.code, json.errors[0]?.detail]).toEqual([
        400,
        'invalid-request',
        'There is no secret to keep in this place.',
      ]);
    }
    // Another resource's fingerprint is nothing here.
    expect((await trySaveResource(pontage, { baseUrl: upstream.url, headers: [first] })).status).toBe(400);
  });

  it('does not follow to another destination, and comes back with its version', async () => {
    const secret = canary();
    const saved = await saveResource(pontage, { baseUrl: upstream.url, headers: [['X-Key', { secret }]] });
    const moves = [{ baseUrl: other.url }, { region: 'us-west-2' }, { tls: { allowSelfSigned: true } }];
    for (const move of moves) {
      const { status, json } = await patch(saved.id, move);
      expect([status, json.code, json.errors[0]?.pointer]).toEqual([409, 'secret-required', '/headers/0/1']);
    }
    expect((await patch(saved.id, { baseUrl: other.url, headers: saved.headers })).json.code).toBe('secret-required');
    expect(other.requests).toHaveLength(0);
    const next = canary();
    expect((await patch(saved.id, { headers: [['X-Key', { secret: next }]] })).json).toMatchObject({ version: 2 });
    expect(await headerOfQuery(saved.id, 'x-key')).toBe(next);
    const diff = await ask(pontage, 'GET', `/api/v1/resources/${saved.id}/versions/2/diff`);
    expect(diff.json.changes).toEqual([
      { pointer: '/headers/0/1/fingerprint', from: expect.any(String), to: expect.any(String) },
    ]);
    await ask(pontage, 'POST', `/api/v1/resources/${saved.id}/rollback`, { version: 1 });
    expect(await headerOfQuery(saved.id, 'x-key')).toBe(secret);
  });

  it('is filled in, encoded for its place, when it holds a template', async () => {
    await ask(pontage, 'PUT', '/api/v1/config/TAIL', { environment: 'production', value: 'a&b' });
    const { id } = await saveResource(pontage, {
      baseUrl: upstream.url,
      urlParams: [['k', { secret: 'head-{{ config.TAIL }}' }]],
    });
    upstream.forget();
    await runQuery(pontage, id, { path: '/echo' });
    expect(upstream.requests[0]?.target).toBe('/echo?k=head-a%26b');
    const refused = await trySaveResource(pontage, {
      baseUrl: upstream.url,
      headers: [['X-A', { secret: 'hush {{ f() }}' }]],
    });
    expect([refused.status, refused.json.errors[0]?.pointer]).toEqual([400, '/headers/0/1']);
    expect(JSON.stringify(refused.json)).not.toContain('hush');
  });

  it('does not follow a redirect to another origin, and stays on the same one', async () => {
    const [h, u, c] = [canary(), canary(), canary()];
    const { id } = await saveResource(pontage, {
      baseUrl: upstream.url,
      headers: [
        ['Accept', { secret: h }],
        ['User-Agent', { secret: h }],
      ],
      urlParams: [['key', { secret: u }]],
      cookies: [['sid', { secret: c }]],
    });
    const to = encodeURIComponent(`${other.url}/echo?key=x`);
    const away = await runQuery(pontage, id, { path: `/redirect?to=${to}` });
    expect(away.json.status).toBe(200);
    expect(JSON.stringify(other.requests.map((each) => ({ ...each, body: '' })))).not.toMatch(/canary/);
    expect(other.requests).toHaveLength(1);
    upstream.forget();
    await runQuery(pontage, id, { path: '/redirect?to=/echo' });
    const last = upstream.requests.at(-1);
    expect(last && [headerOf(last, 'accept'), headerOf(last, 'cookie')]).toEqual([h, `sid=${c}`]);
    expect(last?.target).toBe(`/echo?key=${u}`);
  });
});

describe('someone who may read everything on the bus', () => {
  it('sees no sealed value, no private key and no forwarded cookie', async () => {
    const { host, username, password } = new URL(pontage.processes().natsUrl);
    const tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
    const seen: string[] = [];
    tap.subscribe('>', {
      callback: (_, message) => void seen.push(`${message.subject} ${Buffer.from(message.data).toString('latin1')}`),
    });
    await tap.flush();
    const canaries = Array.from({ length: 7 }, canary);
    const [header, param, body, cookie, authorization, forwarded, refused] = canaries;
    const { cert, key } = certificate('localhost');
    const { id } = await saveResource(pontage, {
      baseUrl: upstream.url,
      headers: [
        ['X-Key', { secret: header }],
        ['Authorization', `Basic ${authorization}`],
      ],
      urlParams: [['key', { secret: param }]],
      body: [['key', { secret: body }]],
      cookies: [['sid', { secret: cookie }]],
      forwardAllCookies: true,
      tls: { clientCertificate: cert, clientKey: key },
    });
    await trySaveResource(pontage, { baseUrl: 'no url', headers: [['X-Key', { secret: refused }]] });
    // The upstream tells everything that it received, in an answer of its own.
    const query = { method: 'POST', path: '/echo', body: { type: 'json', value: {} } };
    const answer = await runQuery(pontage, id, query, { cookie: `mine=${forwarded}` });
    const echo = answer.json.body as { headers: [string, string][]; target: string };
    expect(Object.fromEntries(echo.headers)).toMatchObject({
      'X-Key': header,
      Cookie: `sid=${cookie}; mine=${forwarded}`,
    });
    const proxied = await pontage.fetch(`/proxy/${id}/echo`, { headers: { cookie: `mine=${forwarded}` } });
    expect(await proxied.text()).toContain(header);
    await tap.flush();
    await tap.close();
    const keyText = key.split('\n')[3] ?? '';
    const shown = [...canaries, keyText].filter((text) => {
      const forms = [
        text,
        Buffer.from(text ?? '')
          .toString('base64')
          .replaceAll('=', ''),
        encodeURIComponent(text ?? ''),
      ];
      return seen.some((line) => forms.some((form) => line.includes(form)));
    });
    expect(seen.length).toBeGreaterThan(20);
    expect(shown).toEqual([]);
    const logs = pontage.output();
    expect(canaries.filter((text) => logs.includes(text))).toEqual([]);
    const events = JSON.stringify((await ask(pontage, 'GET', '/api/v1/audit-events?limit=200')).json);
    expect(canaries.filter((text) => events.includes(text))).toEqual([]);
    process.stdout.write(
      `sealed settings: ${seen.length} messages on the bus, ${shown.length} of ${canaries.length + 1} secrets seen\n`,
    );
  });
});

describe('a secret that is rotated', () => {
  it('is proven by no answer that nobody has judged it in, and by none at a path that there is not', async () => {
    const [old, next] = [canary(), canary()];
    const authentication = { method: 'bearer', token: old };
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, authentication });
    const rotate = (path: string) =>
      ask(pontage, 'POST', `/api/v1/resources/${id}/auth/rotate?path=${encodeURIComponent(path)}`, { token: next });
    const led = await rotate('/redirect?to=http://169.254.169.254/&status=302');
    expect([led.status, led.json.code]).toEqual([422, 'new-secret-rejected']);
    for (const path of ['http://169.254.169.254/', '//evil.test/', '/../../etc', '/\r\nX: y']) {
      const { status, json } = await rotate(path);
      expect([path, status, json.code, json.errors?.[0]?.pointer]).toEqual([
        path,
        400,
        'invalid-request',
        '/query/path',
      ]);
    }
    expect(await headerOfQuery(id, 'authorization')).toBe(`Bearer ${old}`);
  });
});
