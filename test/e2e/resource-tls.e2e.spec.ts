import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { certificate, startUpstream, testCa, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { runQuery, saveResource, trySaveResource } from './src/save-resource.js';

const offered = ['self-signed', 'expired', 'other-host', 'localhost', 'old', 'mutual'] as const;
type Offered = (typeof offered)[number];
let upstreams: Record<Offered, Upstream>;
let pontage: Pontage;

beforeAll(async () => {
  const started = await Promise.all([
    startUpstream({ certificate: 'self-signed' }),
    startUpstream({ certificate: 'expired' }),
    startUpstream({ certificate: 'other-host' }),
    startUpstream({ certificate: 'localhost' }),
    startUpstream({ certificate: 'localhost', maxTlsVersion: 'TLSv1.1' }),
    startUpstream({ certificate: 'localhost', wantsClientCertificate: true }),
  ]);
  upstreams = Object.fromEntries(offered.map((name, index) => [name, started[index]])) as Record<Offered, Upstream>;
  const allowed = started.flatMap(({ port }) => [`127.0.0.1:${port}`, `localhost:${port}`]).join(',');
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: allowed } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await Promise.all(Object.values(upstreams).map((each) => each.stop()));
}, 30_000);

const resourceOn = (name: Offered, tls: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  saveResource(pontage, { baseUrl: upstreams[name].url, tls, ...more });
const outcome = async (id: string, path = '/echo') => {
  const { status, json } = await runQuery(pontage, id, { path });
  return status === 200 ? json.status : `${json.code}: ${json.detail}`;
};

describe('promise 35: TLS', () => {
  it('is refused by default where nobody known vouches for the other side, and lets one resource alone be different', async () => {
    const refusals: Record<string, unknown> = {};
    for (const name of offered.slice(0, 5)) refusals[name] = await outcome((await resourceOn(name)).id);
    expect(refusals).toEqual({
      'self-signed': expect.stringMatching(/^upstream-tls-failed: .*self-signed/),
      expired: expect.stringMatching(/^upstream-tls-failed: /),
      'other-host': expect.stringMatching(/^upstream-tls-failed: /),
      localhost: expect.stringMatching(/^upstream-tls-failed: The issuer/),
      old: expect.stringMatching(/^upstream-tls-failed: /),
    });

    const a = await resourceOn('self-signed', { allowSelfSigned: true });
    const b = await resourceOn('self-signed');
    const { connections } = upstreams['self-signed'];
    const madeBefore = connections.made;
    let leaked = 0;
    const rounds = 10;
    for (let round = 0; round < rounds; round += 1) {
      expect(await outcome(a.id)).toBe(200);
      if ((await outcome(b.id)) === 200) leaked += 1;
    }
    expect(leaked).toBe(0);
    const received = upstreams['self-signed'].requests;
    // A's own connection waited in the pool all the while, and was taken again.
    const pooled = rounds - new Set(received.map(({ connection }) => connection)).size;
    expect(pooled).toBeGreaterThan(rounds / 2);
    expect(received.filter(({ resumed }) => resumed)).toHaveLength(0);
    expect(madeBefore).toBeLessThan(upstreams['self-signed'].connections.made);

    // Redirected there by an upstream that it trusts, a resource still does not trust it.
    const pinned = await resourceOn('localhost', { ca: testCa() });
    const to = encodeURIComponent(`${upstreams['self-signed'].url}/echo`);
    const afterRedirect = await outcome(pinned.id, `/redirect?to=${to}`);
    expect(afterRedirect).toMatch(/^upstream-tls-failed/);
    const away = encodeURIComponent(`${upstreams.localhost.url}/echo`);
    expect(await outcome(a.id, `/redirect?to=${away}`)).toMatch(/^upstream-tls-failed/);
    expect(await outcome(a.id, '/redirect?to=/echo')).toBe(200);

    // What is known to be wrong about a certificate stays wrong.
    for (const name of ['expired', 'old'] as const)
      expect(await outcome((await resourceOn(name, { allowSelfSigned: true })).id)).toMatch(/^upstream-tls-failed/);
    process.stdout.write(
      `promise 35: 5/5 kinds refused by default, ${rounds} queries of A answered (${pooled} on pooled sockets, 0 sessions resumed), ${leaked} of ${rounds} of B answered, 2/2 redirects refused\n`,
    );
  }, 60_000);

  it('trusts a pinned authority and no other', async () => {
    const pinned = await resourceOn('localhost', { ca: testCa() });
    expect(await outcome(pinned.id)).toBe(200);
    const wrong = await resourceOn('localhost', { ca: certificate('self-signed').cert });
    expect(await outcome(wrong.id)).toMatch(/^upstream-tls-failed/);
    const itself = await resourceOn('self-signed', { ca: certificate('self-signed').cert });
    expect(await outcome(itself.id)).toBe(200);
    expect(await outcome((await resourceOn('other-host', { ca: testCa() })).id)).toMatch(/another host/);
    expect(await outcome((await resourceOn('expired', { ca: testCa() })).id)).toMatch(/expired/);
  });

  it('proves us with a client certificate, whose key nobody reads again', async () => {
    const { cert: clientCertificate, key: clientKey } = certificate('localhost');
    const ca = testCa();
    expect(await outcome((await resourceOn('mutual', { ca })).id)).toMatch(/upstream-tls-failed: .*client certificate/);
    const saved = await resourceOn('mutual', { ca, clientCertificate, clientKey });
    expect(saved.tls).toEqual({
      allowSelfSigned: false,
      ca,
      clientCertificate,
      clientKey: { set: true, fingerprint: expect.any(String) as unknown },
    });
    expect(await outcome(saved.id)).toBe(200);
    expect(upstreams.mutual.requests.at(-1)?.clientName).toBe('localhost');

    const patch = (body: unknown) => ask(pontage, 'PATCH', `/api/v1/resources/${saved.id}`, body);
    const tls = saved.tls as Record<string, unknown>;
    expect((await patch({ tls })).status).toBe(200);
    expect((await patch({ description: 'untouched' })).status).toBe(200);
    expect(await outcome(saved.id)).toBe(200);
    const moved = await patch({ tls: { ...tls, ca: null } });
    expect([moved.status, moved.json.code, moved.json.errors[0]?.pointer]).toEqual([
      409,
      'secret-required',
      '/tls/clientKey',
    ]);
    expect((await patch({ baseUrl: upstreams.localhost.url })).json.code).toBe('secret-required');
  });

  it('refuses keys and certificates that cannot work when they are saved', async () => {
    const own = certificate('localhost');
    const cases: [Record<string, unknown>, string, RegExp][] = [
      [{ clientCertificate: own.cert, clientKey: certificate('self-signed').key }, '/tls/clientKey', /does not belong/],
      [
        { clientCertificate: own.cert, clientKey: own.key.replace(/\n.{20}/, '\nxxxx') },
        '/tls/clientKey',
        /not a private key/,
      ],
      [{ clientCertificate: own.cert, clientKey: own.cert }, '/tls/clientKey', /not a private key/],
      [{ clientCertificate: own.cert }, '/tls/clientKey', /needs its private key/],
      [
        { clientCertificate: certificate('expired').cert, clientKey: certificate('expired').key },
        '/tls/clientCertificate',
        /expired/,
      ],
      [{ ca: 'nothing' }, '/tls/ca', /PEM/],
    ];
    for (const [tls, pointer, detail] of cases) {
      const { status, json } = await trySaveResource(pontage, { baseUrl: upstreams.mutual.url, tls });
      expect([status, json.code, json.errors]).toEqual([
        400,
        'invalid-request',
        [{ pointer, detail: expect.stringMatching(detail) as unknown }],
      ]);
      expect(JSON.stringify(json)).not.toContain('PRIVATE');
    }
  });
});
