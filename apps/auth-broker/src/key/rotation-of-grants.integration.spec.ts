import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditOf } from '@pontage/bus';
import { rotateKeys } from '@pontage/contracts/auth-broker';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { BrokerStack, callOf } from '../broker.fixture.js';

let stack: BrokerStack;
let upstream: Upstream;
const org = randomUUID();
const operator = callOf(org, ['admin', 'operator']);
const callers = [callOf(org), callOf(org), callOf(org)];

beforeAll(async () => {
  [stack, upstream] = await Promise.all([BrokerStack.start(), startUpstream()]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await upstream.stop();
});

const assuming = () =>
  stack.credential(
    {
      method: 'aws-sigv4',
      region: 'eu-central-1',
      accessKeyId: 'AKIDFIXTURE',
      secretAccessKey: 'fixture/s3cret+key',
      roleArn: 'arn:aws:iam::123456789012:role/orders',
      externalId: 'pontage-42',
      stsEndpoint: `${upstream.url}/sts/eu-central-1`,
    },
    operator,
  );
const sealed = (credentialId: string) =>
  stack.sql<{ text: string }>(
    `SELECT encode(sealed, 'hex') AS text FROM issued_grant WHERE credential_id = $1 AND sealed IS NOT NULL ORDER BY caller`,
    [credentialId],
  );
async function finished(id: string): Promise<void> {
  const unfinished = () => stack.sql('SELECT 1 FROM key_rotation WHERE id = $1 AND finished_at IS NULL', [id]);
  while ((await unfinished()).length > 0) await sleep(20);
}

describe('a rotation', () => {
  it('seals the grants of every caller anew, and goes on where a broker stopped that knew no callers', async () => {
    await using broker = await stack.broker();
    expect(broker.bus.isAlive).toBe(true);
    const of = await assuming();
    const before = await Promise.all(callers.map((call) => stack.lease(of, call)));
    const old = await sealed(of.credentialId);
    expect(old).toHaveLength(3);
    // As it was left behind by a version whose primary key had two columns.
    const [id, position] = [randomUUID(), { table: 'issued_grant', org, after: [of.credentialId, 'production'] }];
    await stack.sql(
      `INSERT INTO key_rotation (id, org, depth, key_id, requested_by, position) VALUES ($1, $2, 'data', 'k1', $3, $4)`,
      [id, org, JSON.stringify(auditOf(operator)), JSON.stringify({ ...position, changed: 0 })],
    );
    // A broker looks for what there is to be gone on with when it is asked for one.
    await stack.gateway.request(rotateKeys, { depth: 'keys' }, operator);
    await finished(id);
    const now = await sealed(of.credentialId);
    expect(now.filter(({ text }) => old.some((each) => each.text === text))).toEqual([]);
    const after = await Promise.all(callers.map((call) => stack.lease(of, call, { acquire: false })));
    expect(after.map(({ grant }) => grant?.value)).toEqual(before.map(({ grant }) => grant?.value));
    expect(stack.eventsOf(of.credentialId, 'credential.damaged')).toEqual([]);
  });
});
