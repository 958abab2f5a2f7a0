import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  certificate,
  refusedPort,
  startDns,
  startListener,
  startUpstream,
  type DnsServer,
  type Upstream,
} from '@pontage/fixtures';
import type { Probe, Probed } from '@pontage/contracts/egress-worker';
import { resolveBy } from './connection/resolve-host.js';
import { Bench } from './testing/bench.js';
import type { Request, Sent, WorkerClient } from './testing/worker-client.js';

const known: Probed = {
  region: 'eu-central-1',
  credential: { method: 'basic', scheme: 'Basic', isGranted: false },
  acceptsAnyIssuer: false,
  times: [{ stage: 'authenticate', ms: 3 }],
  at: 'connect',
  refusal: null,
};
const probe: Probe = { known, refusals: {} };
const answerDelayMs = 120;
const dnsDelayMs = 150;

describe('a dispatch that tests a connection', () => {
  let bench: Bench;
  let upstream: Upstream;
  let secure: Upstream;
  let dns: DnsServer;
  let client: WorkerClient;
  beforeAll(async () => {
    [bench, upstream, secure, dns] = await Promise.all([
      Bench.open(),
      startUpstream(),
      startUpstream({ certificate: 'self-signed' }),
      startDns(({ name }) => (name === 'api.test' ? ['127.0.0.1'] : undefined)),
    ]);
    const ask = resolveBy(dns.address);
    const resolve = async (host: string) => {
      await new Promise((waited) => setTimeout(waited, dnsDelayMs));
      return ask(host);
    };
    client = await bench.clientOf({ resolve });
  });
  beforeEach(() => upstream.forget());
  afterAll(async () => {
    await bench.stop();
    await Promise.all([upstream.stop(), secure.stop(), dns.stop()]);
  });

  const send = (url: string, more: Partial<Request> = {}): Sent =>
    client.send({ probe, seals: true, maxRedirects: 0, ...more, request: { url, ...more.request } });
  const answered = async (sent: Sent) => {
    const { head, body } = await sent.frame('whole');
    return { ...head, size: body.length, stages: head.probed?.times.map(({ stage }) => stage) };
  };
  const failed = async (sent: Sent) => {
    const { head } = await sent.frame('problem');
    return { ...head, stages: head.probed?.times.map(({ stage }) => stage) };
  };

  it('says how long each stage took, behind what it was told', async () => {
    const answer = await answered(send(`http://api.test:${upstream.port}/slow-head?ms=${answerDelayMs}`));
    expect(answer.stages).toEqual(['authenticate', 'resolve', 'connect', 'request']);
    expect(answer.probed).toMatchObject({ ...known, at: 'request', times: expect.any(Array) });
    const [lease, resolve = 0] = answer.probed?.times.map(({ ms }) => ms) ?? [];
    expect(lease).toBe(3);
    expect(resolve).toBeGreaterThanOrEqual(dnsDelayMs - 5);
    const overTls = await answered(
      send(`${secure.url}/echo`, { tls: { allowSelfSigned: true, ca: null, client: null } }),
    );
    expect(overTls.stages).toEqual(['authenticate', 'resolve', 'connect', 'tls', 'request']);
    const pinned = { allowSelfSigned: false, ca: certificate('self-signed').cert, client: null };
    expect((await answered(send(`${secure.url}/echo`, { tls: pinned }))).status).toBe(200);
  });

  it('waits for the head in the stage that is called request', async () => {
    await using slow = await startListener({ greet: '' });
    const sent = send(`http://127.0.0.1:${slow.port}/`, { remainingMs: 300 });
    const { slug, probed } = await failed(sent);
    const request = probed?.times.at(-1);
    expect([slug, probed?.at, request?.stage]).toEqual(['upstream-timed-out', 'request', 'request']);
    expect(request?.ms).toBeGreaterThanOrEqual(200);
  });

  it('says with a problem how far it came', async () => {
    const refused = await failed(send(`http://127.0.0.1:${await refusedPort()}/`));
    expect([refused.slug, refused.probed?.at]).toEqual(['upstream-unreachable', 'connect']);
    const nobody = await failed(send('http://nobody.test/'));
    expect([nobody.slug, nobody.probed?.at]).toEqual(['upstream-unreachable', 'resolve']);
    const untrusted = await failed(send(`${secure.url}/echo`));
    expect([untrusted.slug, untrusted.probed?.at, untrusted.facts]).toEqual([
      'upstream-tls-failed',
      'tls',
      { stage: 'tls', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    ]);
    const denied = await failed(send('http://10.0.0.1/'));
    expect([denied.slug, denied.stages]).toEqual(['destination-denied', ['authenticate', 'resolve']]);
  });

  it('takes a connection of its own, and leaves none', async () => {
    await client.fetch({ request: { url: `${upstream.url}/echo` } });
    const { made } = upstream.connections;
    await answered(send(`${upstream.url}/echo`));
    await answered(send(`${upstream.url}/echo`));
    expect(upstream.connections.made).toBe(made + 2);
    await client.fetch({ request: { url: `${upstream.url}/echo` } });
    expect(upstream.connections.made).toBe(made + 2);
  });

  it.each([
    '/download?bytes=5000000',
    '/slow-body?ms=50&pieces=20',
    '/reflect?text=canary',
    '/headers?x-canary=canary',
  ])('passes nothing on of what the upstream says: %s', async (path) => {
    const sent = send(`${upstream.url}${path}`);
    const answer = await answered(sent);
    expect([answer.headers, answer.size, answer.bytes]).toEqual([[], 0, 0]);
    expect(sent.frames.some(({ type }) => type === 'head' || type === 'chunk')).toBe(false);
    expect(sent.sealed[sent.frames.findIndex(({ type }) => type === 'whole')]).toBe(true);
  });

  it('passes on what tells why an answer refuses or where it leads, sealed', async () => {
    const sent = send(`${upstream.url}/redirect?to=/login`);
    const answer = await answered(sent);
    expect([answer.status, answer.headers]).toEqual([302, [['location', '/login']]]);
    expect((await answered(send(`${upstream.url}/auth/bearer`))).headers.map(([name]) => name.toLowerCase())).toEqual([
      'www-authenticate',
    ]);
  });

  it("finds the auth method's words in an answer that refuses, and in no other", async () => {
    const refusals = { Skewed: 'The clocks differ.', Unknown: 'Nobody knows it.' };
    const of = async (path: string) =>
      (await answered(send(`${upstream.url}${path}`, { probe: { known, refusals } }))).probed?.refusal;
    expect(await of('/status/403?body=%3CCode%3ESkewed%3C/Code%3E')).toBe('The clocks differ.');
    expect(await of('/status/400?body=Unknown')).toBe('Nobody knows it.');
    expect(await of('/status/403?body=other')).toBeNull();
    expect(await of('/status/200?body=Skewed')).toBeNull();
    expect(await of(`/status/403?body=${'x'.repeat(4_000)}Skewed`)).toBe('The clocks differ.');
  });

  it('is judged by its sender like any other: a kept answer, a refusal', async () => {
    const sent = send(`${upstream.url}/auth/bearer`, { keep: [401] });
    await sent.frame('kept');
    sent.flow({ type: 'release' });
    expect((await answered(sent)).status).toBe(401);
    const wrong = send(`${upstream.url}/auth/bearer`, { keep: [401] });
    await wrong.frame('kept');
    wrong.flow({ type: 'refuse', problem: { slug: 'credential-rejected' } });
    expect(await failed(wrong)).toMatchObject({ slug: 'credential-rejected', probed: { at: 'request' } });
  });

  it('is told of in no other answer', async () => {
    const sent = client.send({ request: { url: `${upstream.url}/echo` } });
    await sent.answer();
    const lost = client.send({ request: { url: `http://127.0.0.1:${await refusedPort()}/` } });
    await lost.frame('problem');
    expect([...sent.frames, ...lost.frames].filter((frame) => 'head' in frame && 'probed' in frame.head)).toEqual([]);
  });
});
