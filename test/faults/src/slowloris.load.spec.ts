import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { figure, type Pontage, startPontage } from '@pontage/testkit';
import { measured, shown, startQuickUpstream, type QuickUpstream } from './load.js';
import { addResource, makeTenant, type Tenant } from './tenant.js';

const slowClients = 500;
/** As in the flood's test: below this a p99 tells of the machine. */
const floorMs = 3_000;
/** Ten seconds for a head and between two pieces of a body, and a sweep. */
const freedMs = 15_000;

let pontage: Pontage;
let quick: QuickUpstream;
let hostile: Upstream;
let normal: Tenant;
let waiting: Tenant;

beforeAll(async () => {
  [quick, hostile] = await Promise.all([startQuickUpstream(), startUpstream()]);
  const env = { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${quick.port},127.0.0.1:${hostile.port}` };
  pontage = await startPontage({ env });
  normal = await makeTenant(pontage, quick.url);
  waiting = await addResource(pontage, pontage.adminToken, hostile.url, { timeoutMs: 8_000 });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await quick?.[Symbol.asyncDispose]();
  await hostile?.stop();
}, 30_000);

const measure = (ms: number) => measured(20, () => normal.query('/'), sleep(ms));

/** A client that begins and does not go on; the promise is of its end. */
async function slowClient(beginning: string, drip?: string): Promise<{ readonly ended: Promise<string> }> {
  const { hostname, port } = new URL(pontage.url);
  const socket: Socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(beginning);
  const dripping = drip === undefined ? undefined : setInterval(() => socket.write(drip), 1_000);
  let said = '';
  socket.on('data', (piece: Buffer) => (said += piece.toString('latin1')));
  const ended = once(socket, 'close').then(() => {
    clearInterval(dripping);
    return said.slice(0, 'HTTP/1.1 408'.length);
  });
  return { ended };
}

describe('promise 31: slowloris', () => {
  it('clients that are slow with heads or bodies hold nobody up, and are ended in time', async () => {
    const before = await measure(4_000);
    const beganAt = performance.now();
    const head = `POST /proxy/${normal.resource}/ HTTP/1.1\r\nHost: test\r\n`;
    const authorised = `${head}Authorization: Bearer ${normal.token}\r\nContent-Type: text/plain\r\n`;
    const clients = await Promise.all([
      // They drip: a byte a second moves nothing about the end of a head.
      ...Array.from({ length: slowClients }, () => slowClient(head, 'X-A: b\r\n')),
      ...Array.from({ length: slowClients }, () => slowClient(`${authorised}Content-Length: 1000\r\n\r\nslow`)),
    ]);
    const during = await measure(6_000);
    const endings = await Promise.all(clients.map(({ ended }) => ended));
    const freedAfterMs = Math.round(performance.now() - beganAt);
    const told = endings.filter((said) => said === 'HTTP/1.1 408').length;
    const after = await measure(3_000);
    figure(
      [
        `promise 31, in: ${slowClients} slow heads and ${slowClients} slow bodies, all sockets freed after ${freedAfterMs} ms, ${told} told with a 408`,
        `normal queries, before: ${shown(before)}; during: ${shown(during)}; after: ${shown(after)} (asserted: at most × 2 or ${floorMs} ms)`,
      ].join('\n'),
    );
    expect(during.failures).toEqual({});
    expect(during.p99Ms).toBeLessThanOrEqual(Math.max(2 * before.p99Ms, floorMs));
    expect(freedAfterMs).toBeLessThanOrEqual(freedMs);
    expect(told).toBe(2 * slowClients);
  }, 120_000);

  it('upstreams that are silent, slow or dripping hold nobody up, and are left in time', async () => {
    const before = await measure(4_000);
    const behaviours = ['/silent', '/slow-head?ms=60000', '/slow-body?ms=5000&pieces=100'];
    const beganAt = performance.now();
    const asked = Array.from({ length: 60 }, (_, index) => waiting.query(behaviours[index % behaviours.length] ?? ''));
    const during = await measure(5_000);
    const endings = [...new Set(await Promise.all(asked))];
    await hostile.quiet();
    const freedAfterMs = Math.round(performance.now() - beganAt);
    figure(
      [
        `promise 31, out: ${asked.length} silent, slow and dripping upstreams: ${endings.join(', ')}; all sockets freed after ${freedAfterMs} ms`,
        `normal queries, before: ${shown(before)}; during: ${shown(during)} (asserted: at most × 2 or ${floorMs} ms)`,
      ].join('\n'),
    );
    expect(endings).toEqual(['upstream-timed-out']);
    expect(during.failures).toEqual({});
    expect(during.p99Ms).toBeLessThanOrEqual(Math.max(2 * before.p99Ms, floorMs));
    expect(freedAfterMs).toBeLessThanOrEqual(freedMs);
  }, 120_000);
});
