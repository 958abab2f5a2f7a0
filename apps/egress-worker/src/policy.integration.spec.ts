import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  refusedPort,
  startDns,
  startFullBacklog,
  startListener,
  startUpstream,
  type DnsQuestion,
  type Listener,
  type Upstream,
} from '@pontage/fixtures';
import { isProblem } from '@pontage/problems';
import { resolveBy } from './connection/resolve-host.js';
import { Bench } from './testing/bench.js';
import type { WorkerClient } from './testing/worker-client.js';
import { figure } from '@pontage/testkit';

/** 127.0.0.2 stands for the public internet here, 127.0.0.1 for what nobody may reach. */
const open = '127.0.0.2';
const allow = `${open}/32`;

describe('the egress policy, in a worker', () => {
  let bench: Bench;
  let upstream: Upstream;
  let inside: Listener;
  const endingOf = (client: WorkerClient, url: string, method = 'GET'): Promise<unknown> =>
    client.fetch({ request: { url, method } }).then(
      ({ status }) => status,
      (error: unknown) => (isProblem(error) ? JSON.stringify(error.toWire()) : error),
    );

  beforeAll(async () => {
    [bench, upstream] = await Promise.all([Bench.open(), startUpstream({ host: open })]);
    inside = await startListener({ port: upstream.port });
  });
  afterAll(async () => {
    await bench.stop();
    await Promise.all([upstream.stop(), inside.stop()]);
  });

  it('reaches no forbidden address in any spelling, and says the same each time', async () => {
    const client = await bench.clientOf({ allow: '' });
    const table = JSON.parse(
      readFileSync(new URL('../../../libs/egress-policy/spellings/forbidden.json', import.meta.url), 'utf8'),
    ) as Record<string, (string | [string, string[]])[]>;
    const urls = Object.entries(table).flatMap(([kind, each]) =>
      each.flatMap((url) =>
        typeof url !== 'string' ? [] : kind.startsWith('IPv') ? [atPort(url, inside.port)] : [url],
      ),
    );
    expect(urls.length).toBeGreaterThan(230);
    const endings = await Promise.all(urls.map((url) => endingOf(client, url)));
    expect(urls.filter((_, index) => endings[index] !== '{"slug":"destination-denied"}')).toEqual([]);
    expect(inside.connections).toBe(0);
    figure(`promise 1, in a worker: ${urls.length} forbidden spellings refused, 0 connections`);
  });

  it('is no oracle: open, closed and filtered ports inside are refused alike', async () => {
    const client = await bench.clientOf({ allow });
    await using filtered = await startFullBacklog();
    const ports = [inside.port, await refusedPort(), filtered.port];
    const endings = await Promise.all(ports.map((port) => endingOf(client, `http://127.0.0.1:${port}/`)));
    expect(new Set(endings)).toEqual(new Set(['{"slug":"destination-denied"}']));
    const times = ports.map((): number[] => []);
    for (let tries = 0; tries < 200; tries += 1) {
      // In turn: none is always the one after the longest pause.
      for (let turn = 0; turn < ports.length; turn += 1) {
        const index = (tries + turn) % ports.length;
        const begun = performance.now();
        await endingOf(client, `http://127.0.0.1:${ports[index]}/`);
        times[index]?.push(performance.now() - begun);
      }
    }
    expect(inside.connections).toBe(0);
    const medians = times.map(medianOf);
    figure(
      `promise 4: one text for open, closed and filtered ports, medians of 200 tries ${medians.map((ms) => ms.toFixed(2)).join(', ')} ms`,
    );
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.2);
  });

  it('dials the address that it checked, whatever the name says next', async () => {
    const asked = new Map<string, number>();
    await using dns = await startDns(({ name, type }: DnsQuestion) => {
      if (type !== 'A') return [];
      const times = asked.get(name) ?? 0;
      asked.set(name, times + 1);
      return [(Number(/\d+/.exec(name)?.[0]) + times) % 2 === 0 ? open : '127.0.0.1'];
    });
    const client = await bench.clientOf({ allow, resolve: resolveBy(dns.address) });
    const before = upstream.connections.made;
    const endings: unknown[] = [];
    for (let start = 0; start < 500; start += 50) {
      const batch = Array.from(
        { length: 50 },
        (_, index) => `http://rb-${start + index}.test:${upstream.port}/status/200`,
      );
      endings.push(...(await Promise.all(batch.map((url) => endingOf(client, url)))));
    }
    expect(endings.filter((ending) => ending === 200)).toHaveLength(250);
    expect(endings.filter((ending) => ending === '{"slug":"destination-denied"}')).toHaveLength(250);
    expect(inside.connections).toBe(0);
    expect(upstream.connections.made - before).toBe(250);
    // One look-up decides each connection.
    expect(new Set(asked.values())).toEqual(new Set([1]));
    figure(
      `promise 2: ${endings.length} names that change their mind: 250 answered, 250 refused, ${inside.connections} connections inside, 1 look-up each`,
    );
  });

  it('asks nobody again for a connection that is kept alive, and asks for each new one', async () => {
    await using dns = await startDns(({ type }) => (type === 'A' ? [open] : []));
    const client = await bench.clientOf({ allow, resolve: resolveBy(dns.address) });
    const questions = () => dns.questions.filter(({ type }) => type === 'A').length;
    for (let times = 0; times < 5; times += 1)
      expect(await endingOf(client, `http://alive.test:${upstream.port}/status/200`)).toBe(200);
    expect(questions()).toBe(1);
    await endingOf(client, `http://alive.test:${upstream.port}/hangup`);
    await endingOf(client, `http://alive.test:${upstream.port}/status/200`);
    // The one that hung up, its second try, and the last one.
    expect(questions()).toBe(3);
  });

  it('refuses a name that has one forbidden address among others', async () => {
    await using dns = await startDns(({ type }) => (type === 'A' ? [open, '127.0.0.1'] : ['::1']));
    const client = await bench.clientOf({ allow, resolve: resolveBy(dns.address) });
    expect(await endingOf(client, `http://both.test:${upstream.port}/status/200`)).toBe(
      '{"slug":"destination-denied"}',
    );
    expect(inside.connections).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])('follows no %i to where it may not connect', async (status) => {
    const client = await bench.clientOf({ allow });
    const targets = [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0177.0.0.1',
      '127.1',
      '169.254.169.254',
      '0.0.0.0',
      '10.0.0.1',
    ];
    const urls = targets.map(
      (host) => `${upstream.url}/redirect?status=${status}&to=${encodeURIComponent(`http://${host}:${inside.port}/`)}`,
    );
    const endings = await Promise.all(urls.map((url) => endingOf(client, url)));
    expect(endings).toEqual(targets.map(() => '{"slug":"destination-denied"}'));
    expect(inside.connections).toBe(0);
    figure(`promise 3: ${status} × ${targets.length} targets inside refused, 0 connections`);
  });

  it('follows a chain to its last hop and not from there to the inside, and no loop for long', async () => {
    const client = await bench.clientOf({ allow });
    const hop = (to: string): string => `${upstream.url}/redirect?to=${encodeURIComponent(to)}`;
    const before = upstream.requests.length;
    expect(await endingOf(client, hop(hop(hop(hop(`http://127.0.0.1:${inside.port}/`)))))).toBe(
      '{"slug":"destination-denied"}',
    );
    expect(upstream.requests.length - before).toBe(4);
    expect(await endingOf(client, `${upstream.url}/redirect?to=${encodeURIComponent('/loop')}`)).toMatch(
      /too-many-redirects/,
    );
    expect(inside.connections).toBe(0);
    figure('promise 3: a chain of 4 refused at its end, a loop ended with too-many-redirects');
  });

  it('follows no redirect to another scheme', async () => {
    const client = await bench.clientOf({ allow });
    for (const to of ['file:///etc/passwd', 'ftp://x.test/', 'gopher://127.0.0.1/']) {
      expect(await endingOf(client, `${upstream.url}/redirect?to=${encodeURIComponent(to)}`)).toBe(
        '{"slug":"destination-denied"}',
      );
    }
  });

  it('leaves from the address that it was told to', async () => {
    const client = await bench.clientOf({ allow, localAddress: '127.0.0.3' });
    await client.fetch({ request: { url: `${upstream.url}/echo?from` } });
    expect(await upstream.received(({ target }) => target === '/echo?from')).toMatchObject({
      remoteAddress: '127.0.0.3',
    });
  });
});

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** The same URL with the port of the listener. */
const atPort = (url: string, port: number): string => url.replace(/^(http:\/\/.+?)(?::\d+)?\/(.*)$/, `$1:${port}/$2`);
