import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';

let upstream: Upstream;
let pontage: Pontage;

const canaries = {
  bearer: `canary-${randomUUID()}`,
  password: `canary-${randomUUID()}`,
  key: `canary-${randomUUID()}`,
};
const forms = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64').replaceAll('=', ''),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
];

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({ env: { PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

describe('someone who may read everything on the bus', () => {
  it('sees no secret: not of a draft, a lease, a dispatch, a token, a nonce or an echoing upstream', async () => {
    const { host, username, password } = new URL(pontage.processes().natsUrl);
    const tap = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
    let bytes = 0;
    const seen: string[] = [];
    tap.subscribe('>', {
      callback: (_, message) => {
        bytes += message.data.length;
        seen.push(`${message.subject} ${Buffer.from(message.data).toString('latin1')}`);
      },
    });
    await tap.flush();

    const credentials = [
      { method: 'bearer', token: canaries.bearer },
      { method: 'basic', username: 'u', password: canaries.password },
      { method: 'api-key', in: 'query', name: 'key', value: canaries.key },
    ];
    for (const authentication of credentials) {
      const created = await pontage.fetch('/api/v1/resources', {
        method: 'POST',
        json: { name: `s-${randomUUID().slice(0, 8)}`, baseUrl: upstream.url, authentication },
      });
      const { id } = (await created.json()) as { id: string };
      // The echo repeats every header and the target, so the credential comes back in the answer as well.
      const answer = await pontage.fetch(`/api/v1/resources/${id}/query`, { method: 'POST', json: { path: '/echo' } });
      expect(answer.status).toBe(200);
      expect((await pontage.fetch(`/proxy/${id}/reflect?header=authorization`)).status).toBe(200);
    }
    const made = await pontage.fetch('/api/v1/tokens', {
      method: 'POST',
      json: { name: 'tapped', scopes: ['queries:run'] },
    });
    const { token } = (await made.json()) as { token: string };
    await tap.flush();
    await tap.close();

    const secrets = [...Object.values(canaries), `u:${canaries.password}`, token, pontage.adminToken].flatMap(forms);
    const leaks = seen.filter((data) => secrets.some((secret) => data.includes(secret)));
    console.log(
      `wiretap: ${seen.length} messages, ${bytes} bytes, ${secrets.length} forms of secrets, ${leaks.length} leaks`,
    );
    expect(seen.length).toBeGreaterThan(50);
    expect(leaks.map((data) => data.split(' ')[0])).toEqual([]);
  });
});
