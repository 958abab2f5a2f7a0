import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { forgetCredentials } from '@pontage/contracts/auth-broker';
import { BrokerStack, callOf, type Broker } from '../broker.fixture.js';
import { GrantStore } from './grant-store.js';
import { TokenEndpoint } from './token-endpoint.fixture.js';

let stack: BrokerStack;
let endpoint: TokenEndpoint;
let brokers: Broker[];
const call = callOf();
const slug = (value: string) => ({ slug: value });
const range = (count: number) => Array.from({ length: count });
const credential = (more: object = {}) => stack.credential(endpoint.authentication(more), call);

beforeAll(async () => {
  [stack, endpoint] = await Promise.all([BrokerStack.start(), TokenEndpoint.start()]);
  brokers = [];
  for (let count = 0; count < 4; count += 1) brokers.push(await stack.broker());
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
});
beforeEach(() => {
  endpoint.instead = undefined;
  endpoint.ttl = 3_600;
  endpoint.asked = 0;
});

describe('a grant', () => {
  it('comes from a real provider, is lent without the client secret, and is kept sealed', async () => {
    const of = await credential();
    const lease = await stack.lease(of, call);
    expect(lease).toMatchObject({ method: 'oauth2', secrets: {}, grant: { version: 1 }, validForMs: 300_000 });
    expect(lease.grant?.expiresInMs).toBeGreaterThan(3_590_000);
    expect(await endpoint.knows(lease.grant?.value)).toBe(true);
    expect(await stack.lease(of, call)).toMatchObject({ grant: { version: 1, value: lease.grant?.value } });
    expect(endpoint.asked).toBe(1);

    const { accessToken } = lease.grant?.value as { accessToken: string };
    const rows = await stack.sql(
      "SELECT encode(sealed, 'escape') AS text FROM issued_grant UNION ALL SELECT t::text FROM issued_grant t UNION ALL SELECT t::text FROM credential t",
    );
    const seen = Buffer.concat([...stack.wire, Buffer.from(JSON.stringify(rows))]);
    for (const canary of [
      accessToken,
      endpoint.clientSecret,
      Buffer.from(endpoint.clientSecret).toString('base64').slice(0, -4),
    ])
      expect(seen.includes(canary)).toBe(false);
    expect(stack.eventsOf(of.credentialId, 'grant.acquired')).toEqual([
      expect.objectContaining({
        outcome: 'success',
        region: 'us-west-2',
        data: expect.objectContaining({ method: 'oauth2', trigger: 'first', version: 1 }),
      }),
    ]);
  });

  it('is asked for once, whoever asks: 4 brokers, 1000 leases at once, 5 rounds', async () => {
    const counted: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const of = await credential();
      endpoint.asked = 0;
      const leases = await Promise.all(range(1_000).map(() => stack.lease(of, call)));
      counted.push(endpoint.asked);
      expect(new Set(leases.map(({ grant }) => (grant?.value as { accessToken: string }).accessToken)).size).toBe(1);
    }
    expect(counted).toEqual([1, 1, 1, 1, 1]);
  });

  it('is replaced once when it has expired, and once when it was refused', async () => {
    const of = await credential();
    await stack.lease(of, call);
    await stack.letPass(of.credentialId, 3_580);
    const renewed = await Promise.all(range(200).map(() => stack.lease(of, call)));
    expect(new Set(renewed.map(({ grant }) => grant?.version))).toEqual(
      new Set(renewed.some(({ grant }) => grant?.version === 1) ? [1, 2] : [2]),
    );
    expect(endpoint.asked).toBe(2);
    const forced = await Promise.all(range(200).map(() => stack.lease(of, call, { refusedGrantVersion: 2 })));
    expect(forced.map(({ grant }) => grant?.version)).toEqual(forced.map(() => 3));
    expect(endpoint.asked).toBe(3);
    expect(
      stack.eventsOf(of.credentialId, 'grant.acquired').map(({ data }) => (data as { trigger: string }).trigger),
    ).toEqual(['first', 'expiry', 'refused']);
  });

  it('does not come in a loop when the upstream refuses every one', async () => {
    const of = await credential();
    let version = (await stack.lease(of, call)).grant?.version ?? 0;
    const startedAt = performance.now();
    for (let query = 0; query < 50; query += 1)
      version = (await stack.lease(of, call, { refusedGrantVersion: version })).grant?.version ?? 0;
    expect(endpoint.asked).toBeLessThanOrEqual(2 + Math.floor((performance.now() - startedAt) / 1_000));
  });

  it('does not come in a loop when tokens have expired before they are here', async () => {
    endpoint.instead = (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"access_token":"t","token_type":"bearer","expires_in":0}');
    const of = await credential();
    const startedAt = performance.now();
    for (let query = 0; query < 20; query += 1)
      await expect(stack.lease(of, call)).rejects.toMatchObject(slug('token-endpoint-failed'));
    expect(endpoint.asked).toBeLessThanOrEqual(1 + Math.floor((performance.now() - startedAt) / 800));
  });

  it('of one credential does not wait for that of another', async () => {
    const [slow, quick] = [await credential(), await credential()];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    endpoint.instead = async (request, response) => {
      endpoint.instead = undefined;
      await held;
      await endpoint.pass(request, response);
    };
    const waiting = stack.lease(slow, call);
    while (endpoint.asked === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await stack.lease(quick, call)).grant?.version).toBe(1);
    release();
    expect((await waiting).grant?.version).toBe(1);
  });

  it('differs by environment', async () => {
    const of = await credential();
    const [production, staging] = [
      await stack.lease(of, call),
      await stack.lease(of, call, { environment: 'staging' }),
    ];
    expect(staging.grant?.value).not.toEqual(production.grant?.value);
    expect(endpoint.asked).toBe(2);
  });
});

describe('a broker that dies while it asks', () => {
  it('is followed by another one within ten seconds, and its late answer changes nothing', async () => {
    const of = await credential();
    const key = { org: call.org, credentialId: of.credentialId, environment: 'production', caller: '' };
    const [first] = brokers;
    const store = new GrantStore(first?.unitOfWork as never, first?.box as never);
    const flight = await store.takeOff(key, await store.read(key), randomUUID(), 10_000);
    expect(flight).toBeDefined();

    const startedAt = performance.now();
    const lease = await stack.lease(of, call);
    expect(performance.now() - startedAt).toBeGreaterThan(8_000);
    expect(performance.now() - startedAt).toBeLessThan(14_000);
    expect(endpoint.asked).toBe(1);

    const late = {
      input: 'late',
      value: { accessToken: 'late' },
      lifetimeMs: 1_000_000,
      destination: null,
      renewals: 0,
      keeping: { owner: undefined, region: 'us-west-2', isRefreshable: true, refreshInMs: null },
    };
    expect(await first?.unitOfWork.run(call.org, (work) => store.land(work, flight as never, late))).toBe(false);
    expect((await stack.lease(of, call)).grant).toMatchObject({ version: 1, value: lease.grant?.value });
  });
});

describe('a token that is there and cannot be stored at once', () => {
  it('is stored when that works again, and asked for once', async () => {
    const of = await credential();
    await stack.sql(`
      CREATE SEQUENCE landings;
      CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.version > OLD.version AND nextval('auth_broker.landings') < 3 THEN RAISE EXCEPTION 'a moment of trouble'; END IF;
        RETURN NEW; END $$;
      GRANT USAGE ON SEQUENCE landings TO auth_broker;
      CREATE TRIGGER trouble BEFORE UPDATE ON issued_grant FOR EACH ROW EXECUTE FUNCTION trouble()`);
    const { grant } = await stack.lease(of, call);
    await stack.sql('DROP TRIGGER trouble ON issued_grant; DROP FUNCTION trouble; DROP SEQUENCE landings');
    expect([grant?.version, endpoint.asked]).toEqual([1, 1]);
  });
});

describe('a credential that is forgotten while its token is asked for', () => {
  it('does not come back', async () => {
    const of = await credential();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    endpoint.instead = async (request, response) => {
      await held;
      await endpoint.pass(request, response);
    };
    const waiting = stack.lease(of, call).catch((error: unknown) => error);
    while (endpoint.asked === 0) await new Promise((resolve) => setImmediate(resolve));
    await stack.registry.request(forgetCredentials, { resourceIds: [of.resourceId] }, call);
    release();
    expect(await waiting).toMatchObject(slug('not-found'));
    expect(await stack.sql('SELECT 1 FROM issued_grant WHERE credential_id = $1', [of.credentialId])).toEqual([]);
    expect(stack.eventsOf(of.credentialId, 'grant.acquired')).toEqual([]);
  });
});

describe('a grant that was altered in the database', () => {
  it('is not used; the next one takes its place, and an event says why', async () => {
    const of = await credential();
    await stack.lease(of, call);
    await stack.sql(
      'UPDATE issued_grant SET sealed = set_byte(sealed, 80, get_byte(sealed, 80) # 1) WHERE credential_id = $1',
      [of.credentialId],
    );
    const lease = await stack.lease(of, call);
    expect(lease.grant?.version).toBe(2);
    expect(await endpoint.knows(lease.grant?.value)).toBe(true);
    expect(stack.eventsOf(of.credentialId, 'credential.damaged')).toHaveLength(1);
  });

  it('is not used in another environment either', async () => {
    const of = await credential();
    await stack.lease(of, call);
    await stack.lease(of, call, { environment: 'staging' });
    await stack.sql(
      `UPDATE issued_grant SET sealed = (SELECT sealed FROM issued_grant WHERE credential_id = $1 AND environment = 'staging') WHERE credential_id = $1 AND environment = 'production'`,
      [of.credentialId],
    );
    expect((await stack.lease(of, call)).grant?.version).toBe(2);
    expect(stack.eventsOf(of.credentialId, 'credential.damaged')).toHaveLength(1);
  });
});

describe('configuration variables', () => {
  const put = (name: string, value: string | null, version: number) =>
    stack.config.put(`${call.org}.production.${name}`, { version, value: value === null ? null : { value } });

  it('are filled in, and a change of one makes a new grant', async () => {
    await put('CLIENT', 'client', 1);
    const of = await credential({ clientId: '{{ config.CLIENT }}' });
    expect((await stack.lease(of, call)).grant?.version).toBe(1);
    await put('CLIENT', 'nobody', 2);
    const changed = async (): Promise<unknown> => {
      const outcome = await stack.lease(of, call).catch((error: unknown) => error);
      return (outcome as { grant?: unknown }).grant === undefined ? outcome : changed();
    };
    expect(await changed()).toMatchObject(slug('credential-rejected'));
    await put('CLIENT', 'client', 3);
    const mended = async (): Promise<number> => stack.lease(of, call).then(({ grant }) => grant?.version ?? 0, mended);
    expect(await mended()).toBe(2);
  });

  it('that are missing are named', async () => {
    const of = await credential({ clientId: '{{ config.MISSING }}' });
    await expect(stack.lease(of, call)).rejects.toMatchObject({
      ...slug('unknown-variable'),
      facts: { path: 'config.MISSING' },
    });
    expect(endpoint.asked).toBe(0);
  });

  it('cannot lead a stored secret to another host once it has been sent to one', async () => {
    await using thief = await TokenEndpoint.start();
    await put('TOKEN_URL', `${endpoint.origin}/token`, 1);
    const of = await credential({ tokenUrl: '{{ config.TOKEN_URL }}' });
    await stack.lease(of, call);
    for (const environment of ['production', 'staging'])
      await stack.config.put(`${call.org}.${environment}.TOKEN_URL`, {
        version: 2,
        value: { value: `${thief.origin}/token` },
      });
    const staging = stack.lease(of, call, { environment: 'staging' });
    await expect(staging).rejects.toMatchObject(slug('credential-rejected'));
    const changed = async (): Promise<unknown> => stack.lease(of, call).then(changed, (error: unknown) => error);
    expect(await changed()).toMatchObject(slug('credential-rejected'));
    expect(thief.asked).toBe(0);
  });
});
