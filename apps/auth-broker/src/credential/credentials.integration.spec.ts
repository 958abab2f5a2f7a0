import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authMethods } from '@pontage/auth-methods';
import {
  claimCredential as claim_,
  draftCredential,
  forgetCredentials,
  leaseCredential,
  listAuthMethods,
} from '@pontage/contracts/auth-broker';
import { MasterKeys } from '@pontage/envelope';
import { BrokerStack, callOf, newKey, type Broker } from '../broker.fixture.js';
import { DraftStore } from '../draft/draft-store.js';

let stack: BrokerStack;
let broker: Broker;
const call = callOf();
const stranger = callOf();
const slug = (value: string) => ({ slug: value });
const bearer = (token: string) => ({ method: 'bearer', token });

beforeAll(async () => {
  stack = await BrokerStack.start();
  broker = await stack.broker();
});
afterAll(() => stack[Symbol.asyncDispose]());

describe('a credential', () => {
  it('is drafted, claimed and lent, and shows its secret to nobody on the way', async () => {
    const canary = 'canary-b3arer-tok3n';
    const credential = await stack.credential(bearer(canary), call);
    expect(credential.authentication).toEqual({
      method: 'bearer',
      token: { set: true, fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    const lease = await stack.lease(credential, call);
    expect(lease).toEqual({
      method: 'bearer',
      settings: {},
      secrets: { token: canary },
      serves: 'everyone',
      grant: null,
      validForMs: 300_000,
    });

    const rows = await stack.sql(
      "SELECT t::text FROM credential t UNION ALL SELECT t::text FROM draft t UNION ALL SELECT t::text FROM outbox t UNION ALL SELECT encode(sealed, 'escape') FROM credential",
    );
    const seen = Buffer.concat([...stack.wire, Buffer.from(JSON.stringify(rows))]);
    expect(stack.wire.length).toBeGreaterThan(5);
    for (const form of [
      canary,
      Buffer.from(canary).toString('base64').slice(0, -4),
      Buffer.from(canary).toString('hex'),
    ])
      expect(seen.includes(form)).toBe(false);
  });

  it('is told of in an event without the secret', () => {
    expect(stack.events).toContainEqual(
      expect.objectContaining({
        action: 'credential.created',
        org: call.org,
        outcome: 'success',
        data: expect.objectContaining({ method: 'bearer', secrets: ['token'], kept: [] }),
      }),
    );
  });

  it('exists for its organisation and its resource only', async () => {
    const credential = await stack.credential(bearer('t0ken'), call);
    await expect(stack.lease(credential, stranger)).rejects.toMatchObject(slug('not-found'));
    await expect(stack.lease({ ...credential, resourceId: randomUUID() }, call)).rejects.toMatchObject(
      slug('not-found'),
    );
    await expect(stack.lease({ ...credential, credentialId: randomUUID() }, call)).rejects.toMatchObject(
      slug('not-found'),
    );
  });

  it('is claimed once, and by its organisation only', async () => {
    const { draftId } = await stack.gateway.request(draftCredential, { authentication: bearer('t0ken') }, call);
    const claim = (by: typeof call) =>
      stack.registry.request(
        claim_,
        { draftId, resourceId: randomUUID(), basedOn: null, destinationChanged: false },
        by,
      );
    await expect(claim(stranger)).rejects.toMatchObject(slug('not-found'));
    const outcomes = await Promise.allSettled([claim(call), claim(call), claim(call)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('is refused with pointers and without values', async () => {
    const draft = stack.gateway.request(
      draftCredential,
      { authentication: { method: 'basic', username: 'a:b', password: 'hush\n', extra: 'hush' } },
      call,
    );
    const problem = await draft.catch((error: unknown) => error);
    expect(problem).toMatchObject({
      slug: 'invalid-request',
      errors: expect.arrayContaining([expect.objectContaining({ pointer: '/authentication/username' })]),
    });
    expect(JSON.stringify(problem)).not.toContain('hush');
  });

  it('keeps a secret for a placeholder, with the same fingerprint, but not for another destination', async () => {
    const first = await stack.credential({ method: 'basic', username: 'u', password: 'kept-s3cret' }, call);
    const kept = { method: 'basic', username: 'another', password: first.authentication.password as { set: true } };
    const based = { resourceId: first.resourceId, basedOn: first.credentialId };
    const second = await stack.credential(kept, call, based);
    expect(second.credentialId).not.toBe(first.credentialId);
    expect(second.authentication).toEqual({
      method: 'basic',
      username: 'another',
      password: first.authentication.password,
    });
    expect((await stack.lease(second, call)).secrets).toEqual({ password: 'kept-s3cret' });
    expect((await stack.lease(first, call)).settings).toEqual({ username: 'u' });

    await expect(stack.credential(kept, call, { ...based, destinationChanged: true })).rejects.toMatchObject(
      slug('secret-required'),
    );
    await expect(stack.credential(kept, call, { ...based, basedOn: null })).rejects.toMatchObject(
      slug('invalid-request'),
    );
    await expect(stack.credential(kept, call, { basedOn: first.credentialId })).rejects.toMatchObject(
      slug('invalid-request'),
    );
    await expect(stack.credential(kept, stranger, based)).rejects.toMatchObject(slug('invalid-request'));
  });

  it('is tried before it is claimed: nothing is stored, and its view is the one that it will have', async () => {
    const { draftId } = await stack.gateway.request(draftCredential, { authentication: bearer('tried') }, call);
    const claim = { draftId, resourceId: randomUUID(), basedOn: null, destinationChanged: false };
    const rowsOf = () => stack.sql(`SELECT id FROM credential WHERE resource_id = '${claim.resourceId}'`);
    const tried = await stack.registry.request(claim_, { ...claim, isTrial: true }, call);
    expect([tried.credentialId, await rowsOf()]).toEqual([null, []]);
    const claimed = await stack.registry.request(claim_, claim, call);
    expect(claimed.authentication).toEqual(tried.authentication);
    expect(await rowsOf()).toEqual([{ id: claimed.credentialId }]);
    await expect(stack.registry.request(claim_, { ...claim, isTrial: true }, call)).rejects.toMatchObject(
      slug('not-found'),
    );
  });

  it('shows equal secrets alike within a resource, and not across resources', async () => {
    const resourceId = randomUUID();
    const views = await Promise.all(
      [resourceId, resourceId, randomUUID()].map(
        async (id) => (await stack.credential(bearer('same'), call, { resourceId: id })).authentication.token,
      ),
    );
    expect(views[1]).toEqual(views[0]);
    expect(views[2]).not.toEqual(views[0]);
  });

  it('is forgotten with its resource, and an event says so once', async () => {
    const credential = await stack.credential(bearer('t0ken'), call);
    const { resourceId } = credential;
    await stack.registry.request(forgetCredentials, { resourceIds: [resourceId] }, stranger);
    await stack.lease(credential, call);
    const of = { resourceIds: [randomUUID(), resourceId] };
    for (let round = 0; round < 2; round += 1) await stack.registry.request(forgetCredentials, of, call);
    await expect(stack.lease(credential, call)).rejects.toMatchObject(slug('not-found'));
    expect(
      stack.events.filter(({ action, resource }) => action === 'credential.forgotten' && resource?.id === resourceId),
    ).toHaveLength(1);
  });
});

describe('a draft', () => {
  it('that nobody claims is gone after ten minutes, swept or not', async () => {
    const { draftId } = await stack.gateway.request(draftCredential, { authentication: bearer('t0ken') }, call);
    const { draftId: young } = await stack.gateway.request(
      draftCredential,
      { authentication: bearer('t0ken') },
      stranger,
    );
    await stack.sql(`UPDATE draft SET created_at = now() - interval '10 minutes 1 second' WHERE id = $1`, [draftId]);
    await expect(
      stack.registry.request(
        claim_,
        { draftId, resourceId: randomUUID(), basedOn: null, destinationChanged: false },
        call,
      ),
    ).rejects.toMatchObject(slug('not-found'));
    const before = await stack.sql('SELECT id FROM draft');
    expect(await new DraftStore(broker.unitOfWork, broker.box).sweep()).toBe(1);
    expect(before.filter(({ id }) => id === draftId)).toHaveLength(1);
    expect((await stack.sql('SELECT id FROM draft')).map(({ id }) => id)).toEqual(expect.arrayContaining([young]));
  });
});

describe('master keys', () => {
  it('may be rotated: the older one still opens, the newer one seals, fingerprints stay', async () => {
    const org = callOf();
    const [older, newer] = [newKey('k1'), newKey('k2')];
    await broker[Symbol.asyncDispose]();
    const before = await stack.broker(MasterKeys.parse(older));
    const first = await stack.credential(bearer('rotated'), org);
    await before[Symbol.asyncDispose]();
    const between = await stack.broker(MasterKeys.parse(`${newer}\n${older}`));
    expect((await stack.lease(first, org)).secrets).toEqual({ token: 'rotated' });
    const second = await stack.credential(bearer('rotated'), org, { resourceId: first.resourceId });
    expect(second.authentication).toEqual(first.authentication);
    await between[Symbol.asyncDispose]();
    const after = await stack.broker(MasterKeys.parse(newer));
    expect((await stack.lease(second, org)).secrets).toEqual({ token: 'rotated' });
    await expect(stack.lease(first, org)).rejects.toMatchObject(slug('lease-unavailable'));
    await after[Symbol.asyncDispose]();
    broker = await stack.broker();
  });
});

describe('a credential that was altered in the database', () => {
  const damages = (credentialId: string) =>
    stack.events.filter(
      ({ action, data }) =>
        action === 'credential.damaged' && (data as { credentialId: string }).credentialId === credentialId,
    ).length;

  it('is not opened with any byte flipped, and each attempt is one event', async () => {
    const credential = await stack.credential({ method: 'basic', username: 'u', password: 'x'.repeat(60) }, call);
    const [row] = await stack.sql<{ sealed: Buffer }>('SELECT sealed FROM credential WHERE id = $1', [
      credential.credentialId,
    ]);
    const sealed = row?.sealed ?? Buffer.alloc(0);
    expect(sealed.length).toBeGreaterThanOrEqual(160);
    let refused = 0;
    for (let flip = 0; flip < 200; flip += 1) {
      const altered = Buffer.from(sealed);
      altered[flip % sealed.length] =
        (altered[flip % sealed.length] ?? 0) ^ (1 << (flip < sealed.length ? flip % 8 : (flip + 1) % 8));
      await stack.sql('UPDATE credential SET sealed = $2 WHERE id = $1', [credential.credentialId, altered]);
      await stack.lease(credential, call).then(
        () => undefined,
        (error: { slug: string }) => (refused += error.slug === 'lease-unavailable' ? 1 : 0),
      );
    }
    expect(refused).toBe(200);
    expect(damages(credential.credentialId)).toBe(200);
    await stack.sql('UPDATE credential SET sealed = $2 WHERE id = $1', [credential.credentialId, sealed]);
    expect((await stack.lease(credential, call)).secrets).toEqual({ password: 'x'.repeat(60) });
  });

  it('is not opened in the place of another one, of this or another organisation', async () => {
    const [mine, other, theirs] = [
      await stack.credential(bearer('mine'), call),
      await stack.credential(bearer('other'), call),
      await stack.credential(bearer('theirs'), stranger),
    ];
    for (const from of [other, theirs]) {
      await stack.sql('UPDATE credential SET sealed = (SELECT sealed FROM credential WHERE id = $2) WHERE id = $1', [
        mine.credentialId,
        from.credentialId,
      ]);
      await expect(stack.lease(mine, call)).rejects.toMatchObject(slug('lease-unavailable'));
    }
    expect(damages(mine.credentialId)).toBe(2);
  });

  it('does not give its secret to a placeholder either', async () => {
    const credential = await stack.credential(bearer('t0ken'), call);
    await stack.sql('UPDATE credential SET sealed = set_byte(sealed, 80, get_byte(sealed, 80) # 1) WHERE id = $1', [
      credential.credentialId,
    ]);
    const keep = stack.credential({ method: 'bearer', token: { set: true } }, call, {
      resourceId: credential.resourceId,
      basedOn: credential.credentialId,
    });
    await expect(keep).rejects.toMatchObject(slug('secret-required'));
    expect(damages(credential.credentialId)).toBe(1);
  });
});

describe('auth methods', () => {
  it('are listed with their schemas', async () => {
    const { data } = await stack.gateway.request(listAuthMethods, {}, call);
    expect(data.map(({ id }) => id)).toEqual([...authMethods.keys()]);
    expect(data.filter(({ deprecated }) => deprecated).map(({ id }) => id)).toEqual(['session']);
    expect(data.find(({ id }) => id === 'basic')).toMatchObject({
      title: 'Basic',
      settings: { required: ['username'] },
      secrets: { properties: { password: { writeOnly: true } } },
    });
  });

  it('are asked for by declared callers only', async () => {
    await expect(
      stack.proxy.request({ ...leaseCredential, deadlineMs: 300 }, { credentialId: 'x' } as never, call),
    ).rejects.toMatchObject(slug('invalid-request'));
  });
});
