import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { startFickleUpstream, type FickleUpstream } from './src/upstreams/fickle-upstream.js';

let upstream: FickleUpstream;
let pontage: Pontage;

beforeAll(async () => {
  upstream = await startFickleUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

/** A resource of its own for each test: an upstream that refuses one token after another is not asked again at once. */
async function newResource(): Promise<string> {
  const url = `http://127.0.0.1:${upstream.port}`;
  const secrets = { clientId: 'c', clientSecret: 's' };
  const authentication = { method: 'oauth2', grant: 'client_credentials', tokenUrl: `${url}/token`, ...secrets };
  const name = `fickle-${randomUUID()}`;
  const created = await ask(pontage, 'POST', '/api/v1/resources', { name, baseUrl: url, authentication });
  if (created.status !== 201) throw new Error(JSON.stringify(created.json));
  return name;
}

const upload = (resource: string, bytes: Buffer) =>
  pontage.fetch(`/proxy/${resource}/upload`, {
    method: 'PUT',
    body: Uint8Array.from(bytes),
    headers: { 'content-type': 'image/png' },
  });

/** The answer, and what reached the upstream, when its token has been refused in the meantime. */
async function sentAgain<T>(send: (resource: string) => Promise<T>) {
  const resource = await newResource();
  await ask(pontage, 'GET', `/proxy/${resource}/warm`);
  upstream.forgetToken();
  const before = upstream.seen.length;
  const answer = await send(resource);
  const seen = upstream.seen.slice(before).map(({ status, bytes, sha256 }) => ({ status, bytes, sha256 }));
  return { answer, seen, resource };
}

describe('a body whose credential was refused', () => {
  it.each([
    ['in the message', 100_000],
    ['pulled', 900_000],
  ])('goes once more with a new one: %s, %i bytes', async (_how, length) => {
    const bytes = randomBytes(length);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { answer, seen } = await sentAgain(async (resource) => (await upload(resource, bytes)).status);
    expect(answer).toBe(200);
    expect(seen).toEqual([
      { status: 401, bytes: length, sha256 },
      { status: 200, bytes: length, sha256 },
    ]);
  });

  it('goes once more through /query as well, however long it is', async () => {
    const value = 'x'.repeat(4_000_000);
    const body = { method: 'POST', path: '/upload', body: { type: 'raw', value } };
    const { answer, seen } = await sentAgain((resource) =>
      ask(pontage, 'POST', `/api/v1/resources/${resource}/query`, body),
    );
    expect(answer).toMatchObject({ status: 200, json: { status: 200, body: { bytes: 4_000_000 } } });
    expect(seen.map(({ status, bytes }) => [status, bytes])).toEqual([
      [401, 4_000_000],
      [200, 4_000_000],
    ]);
  });

  it('is said to be gone when more of it was sent than is kept, and the next one goes through', async () => {
    const bytes = randomBytes(5_000_000);
    const { answer, seen, resource } = await sentAgain(async (name) => {
      const refused = await upload(name, bytes);
      return [refused.status, refused.headers.get('pontage-problem'), (await refused.json()) as unknown];
    });
    expect(answer).toMatchObject([409, 'body-not-replayable', { code: 'body-not-replayable' }]);
    expect(seen).toMatchObject([{ status: 401, bytes: 5_000_000 }]);
    expect((await upload(resource, bytes)).status).toBe(200);
  });
});
