import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { saveResource } from './src/save-resource.js';

let upstream: Upstream;
let pontage: Pontage;
let id: string;

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}`,
      PONTAGE_MAX_BODY_BYTES: String(24 * 1024 * 1024),
    },
  });
  const keys = { accessKeyId: 'AKIDFIXTURE', secretAccessKey: 'fixture/s3cret+key' };
  const authentication = { method: 'aws-sigv4', region: 'eu-central-1', service: 'execute-api', ...keys };
  ({ id } = await saveResource(pontage, { baseUrl: upstream.url, authentication }));
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);
beforeEach(() => upstream.forget());

const path = '/aws/execute-api/eu-central-1/';
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A request whose length nobody says in the beginning. */
const putInChunks = (pieces: readonly Buffer[]) =>
  new Promise<number>((resolve, reject) => {
    const headers = { authorization: `Bearer ${pontage.adminToken}` };
    const sent = request(new URL(`/proxy/${id}${path}`, pontage.url), { method: 'PUT', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });

describe('a large body that has to be signed', () => {
  it.each([400_000, 3_000_000, 20_000_000])('is hashed, signed and sent through /proxy: %i bytes', async (length) => {
    const body = randomBytes(length);
    const answer = await pontage.fetch(`/proxy/${id}${path}`, { method: 'PUT', body: Uint8Array.from(body) });
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ authenticated: true })]);
    expect(upstream.requests.map(({ bodySha256, bodyBytes }) => [bodySha256, bodyBytes])).toEqual([
      [sha256(body), length],
    ]);
  });

  it('is so as well when its length is not known before its end', async () => {
    const pieces = Array.from({ length: 40 }, () => randomBytes(50_000));
    expect(await putInChunks(pieces)).toBe(200);
    expect(upstream.requests.map(({ bodySha256 }) => bodySha256)).toEqual([sha256(Buffer.concat(pieces))]);
  });

  it('is so through /query, and a preview shows the same hash', async () => {
    const value = 'ä'.repeat(2_000_000);
    const query = { method: 'POST', path, body: { type: 'raw', value } };
    const answer = await ask<{ status: number }>(pontage, 'POST', `/api/v1/resources/${id}/query`, query);
    expect(answer.json).toMatchObject({ status: 200, body: { authenticated: true } });
    expect(upstream.requests).toMatchObject([{ bodySha256: sha256(Buffer.from(value)) }]);
    const preview = await ask<{ signed: Record<string, string> }>(
      pontage,
      'POST',
      `/api/v1/resources/${id}/preview`,
      query,
    );
    expect(Object.values(preview.json.signed).join('\n')).toContain(sha256(Buffer.from(value)));
  });

  it('does not mix with others that are sent at once', async () => {
    const bodies = Array.from({ length: 6 }, (_, index) => randomBytes(1_000_000 + index));
    const answers = await Promise.all(
      bodies.map((body) => pontage.fetch(`/proxy/${id}${path}`, { method: 'PUT', body: Uint8Array.from(body) })),
    );
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 200));
    expect(upstream.requests.map(({ bodySha256 }) => bodySha256).sort()).toEqual(bodies.map(sha256).sort());
  });

  it('is refused beyond the limit before anything is sent, and a caller who breaks off sends nothing', async () => {
    const pieces = Array.from({ length: 26 }, () => Buffer.alloc(1024 * 1024));
    expect(await putInChunks(pieces)).toBe(413);
    const headers = { authorization: `Bearer ${pontage.adminToken}`, 'content-length': '5000000' };
    const broken = request(new URL(`/proxy/${id}${path}`, pontage.url), { method: 'PUT', headers });
    const gone = new Promise((resolve) => broken.once('close', resolve));
    broken.on('error', () => undefined);
    await new Promise((resolve) => broken.write(Buffer.alloc(1_000_000), resolve));
    broken.destroy();
    await gone;
    // One that comes after them goes through: nothing is held up.
    expect(await putInChunks([randomBytes(600_000)])).toBe(200);
    expect(upstream.requests).toHaveLength(1);
  });
});
