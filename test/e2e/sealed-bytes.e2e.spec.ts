import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import pg from 'pg';
import { ask } from './src/ask.js';
import { canary } from './src/canaried.js';
import { SecretSearch } from './src/search-secrets.js';

interface Made {
  readonly id: string;
  readonly token: string;
}
interface Row {
  readonly id: string;
  readonly sealed: Buffer;
}

let upstream: Upstream;
let pontage: Pontage;
let sql: pg.Client;
let theirs: string;
/** Everything that must not arrive anywhere while sealed bytes are out of their place. */
const secrets: string[] = [];
let attempts = 0;
let closed = 0;
let plaintexts = 0;

beforeAll(async () => {
  upstream = await startUpstream();
  const env = { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` };
  pontage = await startPontage({ env });
  sql = new pg.Client(pontage.processes().databaseUrl);
  await sql.connect();
  await sql.query('SET search_path TO auth_broker');
  const made = await ask<{ adminToken: string }>(pontage, 'POST', '/api/v1/organisations', {
    name: 'the others',
    defaultRegion: 'eu-central-1',
  });
  theirs = made.json.adminToken;
}, 90_000);
afterAll(async () => {
  await sql?.end();
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

const secret = (): string => {
  const made = canary();
  secrets.push(made);
  return made;
};
let count = 0;
async function save(settings: object, token: string | undefined = undefined): Promise<Made> {
  const asked = { name: `s-${(count += 1)}`, baseUrl: upstream.url, region: 'eu-central-1', ...settings };
  const more = token === undefined ? {} : { token };
  const { status, json } = await ask<{ id: string }>(pontage, 'POST', '/api/v1/resources', asked, more);
  if (status !== 201) throw new Error(JSON.stringify(json));
  return { id: json.id, token: token ?? pontage.adminToken };
}
const query = ({ id, token }: Made, path = '/echo') =>
  ask<{ status: number }>(pontage, 'POST', `/api/v1/resources/${id}/query`, { path }, { token });

/** The newest record of a resource. */
async function recordOf({ id }: Made): Promise<Row> {
  const { rows } = await sql.query<Row>(
    'SELECT id, sealed FROM credential WHERE resource_id = $1 ORDER BY created_at DESC LIMIT 1',
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('no record');
  return row;
}
const put = (id: string, sealed: Buffer) => sql.query('UPDATE credential SET sealed = $2 WHERE id = $1', [id, sealed]);

/** One attempt at bytes that are out of their place: nothing arrives, and the caller hears that the lease is not to be had. */
async function meets(resource: Made, path?: string): Promise<void> {
  attempts += 1;
  upstream.forget();
  const { status, json } = await query(resource, path);
  expect([status, json.code]).toEqual([503, 'lease-unavailable']);
  closed += 1;
  plaintexts += upstream.requests.length === 0 ? 0 : arrived();
}

/** Swaps the sealed bytes of two resources, asks both, and puts them back. */
async function swap(one: Made, two: Made): Promise<void> {
  const [first, second] = [await recordOf(one), await recordOf(two)];
  await put(first.id, second.sealed);
  await put(second.id, first.sealed);
  await meets(one);
  await meets(two);
  await put(first.id, first.sealed);
  await put(second.id, second.sealed);
}

/** The events about damage, of both organisations. */
async function damages(): Promise<number> {
  const counts = await Promise.all(
    [pontage.adminToken, theirs].map(async (token) => {
      const answer = await pontage.fetch('/api/v1/audit-events/export?action=credential.damaged', { token });
      return (await answer.text()).split('\n').filter((line) => line.includes('"credential.damaged"')).length;
    }),
  );
  return counts.reduce((sum, each) => sum + each, 0);
}
async function recorded(expected: number): Promise<number> {
  const deadline = Date.now() + 10_000;
  for (let seen = await damages(); ; seen = await damages()) if (seen >= expected || Date.now() > deadline) return seen;
}
const arrived = (): number =>
  new SecretSearch(secrets).bytes(Buffer.from(JSON.stringify(upstream.requests)), '').length;

const bearer = () => ({ authentication: { method: 'bearer', token: secret() } });
const sealedHeader = () => ({ headers: [['X-Key', { secret: secret() }]] });
const role = () => {
  const secretAccessKey = secret();
  const accessKeyId = `AKID${(count += 1)}ROLE`;
  upstream.cloud.awsKeys.set(accessKeyId, { secret: secretAccessKey });
  return {
    authentication: {
      method: 'aws-sigv4',
      region: 'eu-central-1',
      accessKeyId,
      secretAccessKey,
      roleArn: 'arn:aws:iam::123456789012:role/orders',
      externalId: 'pontage-42',
      stsEndpoint: `${upstream.url}/sts/eu-central-1`,
    },
  };
};
const api = '/aws/execute-api/eu-central-1/x';

describe('promise 9: sealed bytes in the wrong place', () => {
  it('open for no other resource, no other organisation and no other kind of record', async () => {
    await swap(await save(bearer()), await save(bearer()));
    await swap(await save(bearer()), await save(bearer(), theirs));
    await swap(await save(sealedHeader()), await save(sealedHeader()));
    await swap(await save(sealedHeader()), await save(sealedHeader(), theirs));
    await swap(await save(bearer()), await save(sealedHeader()));
    await swap(await save(role()), await save(role()));
    await swap(await save(role()), await save(role(), theirs));
  }, 60_000);

  it('open for no other version, and no other field of the same record', async () => {
    const resource = await save(bearer());
    const old = await recordOf(resource);
    await ask(pontage, 'PATCH', `/api/v1/resources/${resource.id}`, bearer());
    const now = await recordOf(resource);
    expect(now.id).not.toBe(old.id);
    await put(now.id, old.sealed);
    await meets(resource);

    const two = await save({
      authentication: {
        method: 'oauth1',
        consumerKey: 'ck',
        consumerSecret: secret(),
        tokenSecret: secret(),
        accessToken: 'at',
      },
    });
    const record = await recordOf(two);
    await put(record.id, withFieldsSwapped(record.sealed));
    await meets(two);
    await put(record.id, record.sealed);
    expect((await query(two)).status).toBe(200);
  }, 60_000);

  it('of a grant open for no other credential and no other version: another one is acquired', async () => {
    const [one, two] = [await save(role()), await save(role())];
    expect([(await query(one, api)).json.status, (await query(two, api)).json.status]).toEqual([200, 200]);
    const { rows } = await sql.query<{ credential_id: string; environment: string; sealed: Buffer; version: number }>(
      'SELECT g.* FROM issued_grant g JOIN credential c ON c.id = g.credential_id WHERE c.resource_id = ANY ($1::uuid[]) AND g.sealed IS NOT NULL',
      [[one.id, two.id]],
    );
    const [first, second] = rows;
    if (first === undefined || second === undefined) throw new Error('no grants');
    const before = upstream.cloud.sessions.length;
    const issued = [...upstream.cloud.awsKeys]
      .filter(([id]) => id.startsWith('ASIA'))
      .map(([, { sessionToken = '' }]) => sessionToken);
    const set = (id: string, sealed: Buffer) =>
      sql.query('UPDATE issued_grant SET sealed = $2 WHERE credential_id = $1 AND sealed IS NOT NULL', [id, sealed]);
    await set(first.credential_id, second.sealed);
    await sql.query('UPDATE issued_grant SET version = version + 1 WHERE credential_id = $1', [second.credential_id]);
    upstream.forget();
    // Another environment's or process's proxy has no lease yet; this one forgets its own when it starts anew.
    process.kill(pontage.processOf('query-proxy').pid, 'SIGKILL');
    for (const each of [one, two]) {
      attempts += 1;
      expect((await queryWhenBack(each)).json.status).toBe(200);
      closed += 1;
    }
    expect(upstream.cloud.sessions.length).toBe(before + 2);
    const sent = JSON.stringify(upstream.requests);
    expect(issued.filter((token) => sent.includes(token))).toEqual([]);
  }, 60_000);

  it('of a draft, and of the key that fingerprints are made with', async () => {
    // PostgreSQL itself puts the bytes of an earlier draft in the place of the next one's.
    await sql.query('CREATE TABLE spare (sealed bytea)');
    await sql.query(`CREATE FUNCTION misplace() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = auth_broker AS $$
      DECLARE earlier bytea := (SELECT sealed FROM spare LIMIT 1);
      BEGIN
        DELETE FROM spare;
        INSERT INTO spare VALUES (NEW.sealed);
        IF earlier IS NOT NULL THEN NEW.sealed := earlier; END IF;
        RETURN NEW;
      END $$`);
    await sql.query('CREATE TRIGGER misplace BEFORE INSERT ON draft FOR EACH ROW EXECUTE FUNCTION misplace()');
    await save(bearer());
    for (const settings of [bearer(), sealedHeader()]) {
      attempts += 1;
      await expect(save(settings)).rejects.toThrow('secret-required');
      closed += 1;
    }
    await sql.query('DROP TRIGGER misplace ON draft');

    const { rows } = await sql.query<{ org: string; sealed: Buffer }>('SELECT org, sealed FROM fingerprint_key');
    expect(rows).toHaveLength(2);
    const [first, second] = rows;
    const acquiring = await save(role());
    const exchange = async (a: Buffer | undefined, b: Buffer | undefined) => {
      await sql.query('UPDATE fingerprint_key SET sealed = $2 WHERE org = $1', [first?.org, a]);
      await sql.query('UPDATE fingerprint_key SET sealed = $2 WHERE org = $1', [second?.org, b]);
    };
    await exchange(second?.sealed, first?.sealed);
    for (const token of [undefined, theirs]) {
      attempts += 1;
      await expect(save(bearer(), token)).rejects.toThrow('secret-required');
      closed += 1;
    }
    await meets(acquiring, api);
    await exchange(first?.sealed, second?.sealed);
    expect((await query(acquiring, api)).json.status).toBe(200);
  }, 60_000);

  it('with any byte flipped open for nobody', async () => {
    const token = `${canary()}${canary()}${canary()}`;
    secrets.push(token);
    const resource = await save({ authentication: { method: 'bearer', token } });
    const { id, sealed } = await recordOf(resource);
    expect(sealed.length).toBeGreaterThanOrEqual(200);
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
      await put(id, altered);
      await meets(resource);
    }
    await put(id, sealed);
    expect((await query(resource)).json.status).toBe(200);
    process.stdout.write(`promise 9: ${sealed.length} flips of one record: ${sealed.length} refused\n`);
  }, 90_000);

  it('are on record, each attempt that met them, and no secret arrived', async () => {
    const seen = await recorded(attempts);
    process.stdout.write(
      `promise 9: ${attempts} attempts at sealed bytes out of their place or altered: ${closed} failed closed, ${plaintexts} plaintexts at the upstream, ${seen} events credential.damaged\n`,
    );
    expect([closed, seen, plaintexts]).toEqual([attempts, attempts, 0]);
  }, 30_000);
});

/** The record with the boxes of its first two fields swapped. The form of a record is written in libs/envelope. */
function withFieldsSwapped(record: Buffer): Buffer {
  const start = 2 + (record[1] ?? 0) + 60;
  const fieldAt = (at: number) => {
    const box = at + 1 + (record[at] ?? 0);
    return { name: record.subarray(at, box), box: record.subarray(box, box + 4 + record.readUInt32BE(box)) };
  };
  const first = fieldAt(start);
  const second = fieldAt(start + first.name.length + first.box.length);
  const after = start + first.name.length + first.box.length + second.name.length + second.box.length;
  return Buffer.concat([
    record.subarray(0, start),
    first.name,
    second.box,
    second.name,
    first.box,
    record.subarray(after),
  ]);
}

async function queryWhenBack(resource: Made) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await query(resource, api);
    if (answer.status === 200 || Date.now() > deadline) return answer;
  }
}
