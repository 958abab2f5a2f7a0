import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sessions } from '@pontage/contracts/snapshots';
import { SnapshotWatch } from '@pontage/snapshots';
import { startStack, type Stack } from '@pontage/testkit';
import pg from 'pg';
import { migrateEmbedSession, startEmbedSession, type EmbedSessionProcess } from './testing/embed-session-process.js';
import { callOf, Embedder, newHash } from './testing/embedder.js';
import { makeEventStream, Registry } from './testing/registry.js';
import { connectSuperuser, eventsOf, eventually, gone } from './testing/watched.js';

let stack: Stack;
let service: EmbedSessionProcess;
let registry: Registry;
let embedder: Embedder;
let watch: SnapshotWatch<typeof sessions>;
let superuser: pg.Client;

beforeAll(async () => {
  stack = await startStack();
  migrateEmbedSession(stack);
  await makeEventStream(stack);
  registry = await Registry.open(await stack.busOf('resource-registry'));
  service = await startEmbedSession(stack);
  embedder = new Embedder(await stack.busOf('gateway'));
  watch = await SnapshotWatch.open(embedder.gateway, sessions);
  superuser = await connectSuperuser(stack);
}, 60_000);
afterAll(async () => {
  await superuser.end();
  expect(await service.stop()).toBe(0);
  watch.stop();
  registry.stop();
  await stack.stop();
});

describe('an embed URL', () => {
  it('opens one session, whose time begins with the redemption, and says so', async () => {
    const tenant = await registry.addTenant();
    const metadataJson = '{"storeId":9223372036854775807}';
    const nonce = await embedder.mint(tenant, {
      metadataJson,
      sessionDurationMinutes: 10,
      userInfo: { firstName: 'Ann' },
      environment: 'staging',
    });
    expect(await embedder.peek(tenant.org, nonce)).toEqual({
      app: tenant.app,
      allowedOrigins: ['https://portal.example'],
      state: 'fresh',
      sessionId: null,
    });

    const tokenHash = newHash();
    const redeemed = await embedder.redeem(tenant.org, nonce, tokenHash);
    expect(redeemed).toMatchObject({
      app: tenant.app,
      externalIdentifier: 'u-5',
      allowedOrigins: ['https://portal.example'],
    });
    const minutes = (Date.parse(redeemed.expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(9.9);
    expect(minutes).toBeLessThan(10.1);
    // It was told before it was answered.
    expect(watch.get(tokenHash) ?? (await watch.find(tokenHash))).toMatchObject({
      org: tenant.org,
      id: redeemed.sessionId,
      metadataJson,
      groupIds: [12],
      environment: 'staging',
    });

    await expect(embedder.redeem(tenant.org, nonce)).rejects.toMatchObject({
      slug: 'embed-url-redeemed',
      facts: { sessionId: redeemed.sessionId },
    });
    expect(await embedder.peek(tenant.org, nonce)).toMatchObject({ state: 'redeemed', sessionId: redeemed.sessionId });
    const listed = await embedder.list(tenant.org, { externalIdentifier: 'u-5', app: tenant.app });
    expect(listed.data).toMatchObject([
      { id: redeemed.sessionId, metadataJson, endedAt: null, expiresAt: redeemed.expiresAt },
    ]);
    expect(
      (await eventsOf(stack, tenant.org)).map(({ action, outcome, externalIdentifier, actor }) => [
        action,
        outcome,
        externalIdentifier,
        actor.type,
      ]),
    ).toEqual([
      ['embed-url.minted', 'success', 'u-5', 'token'],
      ['embed-url.redeemed', 'success', 'u-5', 'external'],
      ['embed-url.refused', 'denied', 'u-5', 'anonymous'],
    ]);
  });

  it('is refused when its time is over', async () => {
    const tenant = await registry.addTenant();
    const nonce = await embedder.mint(tenant);
    await superuser.query('UPDATE embed_url SET expires_at = now() WHERE nonce_hash = $1', [nonce]);
    expect(await embedder.peek(tenant.org, nonce)).toMatchObject({ state: 'expired' });
    await expect(embedder.redeem(tenant.org, nonce)).rejects.toMatchObject({ slug: 'embed-url-expired' });
    expect((await eventsOf(stack, tenant.org)).at(-1)).toMatchObject({
      action: 'embed-url.refused',
      data: { reason: 'expired', sessionId: null },
    });
  });

  it('is unknown under another organisation, and under no nonce', async () => {
    const [tenant, other] = [await registry.addTenant(), await registry.addTenant()];
    const nonce = await embedder.mint(tenant);
    for (const ask of [
      embedder.peek(other.org, nonce),
      embedder.redeem(other.org, nonce),
      embedder.redeem(tenant.org, newHash()),
      embedder.peek(randomUUID(), nonce),
    ]) {
      await expect(ask).rejects.toMatchObject({ slug: 'not-found' });
    }
    await embedder.redeem(tenant.org, nonce);
  });

  it('is minted for what the registry knows, were it for a moment only', async () => {
    const tenant = await registry.addTenant();
    const other = await registry.addTenant();
    const refused = (draft: Parameters<typeof embedder.mint>[1]) => expect(embedder.mint(tenant, draft)).rejects;
    await refused({ landingPageUuid: other.app }).toMatchObject({
      slug: 'invalid-request',
      errors: [{ pointer: '/landingPageUuid' }],
    });
    await refused({ landingPageUuid: randomUUID() }).toMatchObject({ errors: [{ pointer: '/landingPageUuid' }] });
    await refused({ groupIds: [12, 99] }).toMatchObject({ errors: [{ pointer: '/groupIds/1' }] });
    await refused({ sessionDurationMinutes: 9 }).toMatchObject({
      errors: [{ pointer: '/draft/sessionDurationMinutes' }],
    });
    await embedder.mint(tenant, { landingPageUuid: tenant.app.toUpperCase() });
    for (let group = 100; group < 120; group += 1) {
      const made = registry.setGroup(tenant.org, group, { allApps: 'use' });
      await embedder.mint(tenant, { groupIds: [group] });
      await made;
    }
  });

  it('is minted by a token that is restricted to groups for these groups only', async () => {
    const tenant = await registry.addTenant();
    await registry.setGroup(tenant.org, 13, { allApps: 'own' });
    await expect(embedder.mint(tenant, { groupIds: [12, 13] }, callOf(tenant.org, [12]))).rejects.toMatchObject({
      slug: 'forbidden',
      errors: [{ pointer: '/groupIds/1' }],
    });
    const nonce = await embedder.mint(tenant, {}, callOf(tenant.org, [12]));
    const { sessionId } = await embedder.redeem(tenant.org, nonce);
    expect((await embedder.list(tenant.org, {}, callOf(tenant.org, [13]))).data).toEqual([]);
    await expect(embedder.revoke(tenant.org, sessionId, callOf(tenant.org, [13]))).rejects.toMatchObject({
      slug: 'not-found',
    });
    expect((await embedder.list(tenant.org, {}, callOf(tenant.org, [12, 13]))).data).toHaveLength(1);
    await embedder.revoke(tenant.org, sessionId, callOf(tenant.org, [12]));
  });
});

describe('an embed session', () => {
  const open = async (tenant: Awaited<ReturnType<Registry['addTenant']>>, draft = {}) => {
    const tokenHash = newHash();
    const { sessionId } = await embedder.redeem(tenant.org, await embedder.mint(tenant, draft), tokenHash);
    await watch.find(tokenHash);
    return { tokenHash, sessionId };
  };

  it('ends for everybody when it is revoked', async () => {
    const [tenant, other] = [await registry.addTenant(), await registry.addTenant()];
    const { tokenHash, sessionId } = await open(tenant);
    await expect(embedder.revoke(other.org, sessionId)).rejects.toMatchObject({ slug: 'not-found' });
    await embedder.revoke(tenant.org, sessionId);
    expect(await gone(watch, tokenHash)).toBeLessThan(1_000);
    const [session] = (await embedder.list(tenant.org)).data;
    expect(Date.parse(session?.endedAt ?? '')).toBeGreaterThan(Date.now() - 5_000);
    await embedder.revoke(tenant.org, sessionId);
    const revoked = (await eventsOf(stack, tenant.org)).filter(({ action }) => action === 'embed-session.revoked');
    expect(revoked).toMatchObject([
      { externalIdentifier: 'u-5', actor: { display: 'portal backend' }, data: { sessionId, reason: 'revoked' } },
    ]);
  });

  it('ends with its app, its group, or their access, and so does a URL that was not redeemed', async () => {
    const endings: readonly [string, (tenant: Awaited<ReturnType<Registry['addTenant']>>) => Promise<void>][] = [
      ['app-deleted', ({ org, app }) => registry.deleteApp(org, app)],
      ['group-deleted', ({ org, group }) => registry.deleteGroup(org, group)],
      ['access-removed', ({ org, group }) => registry.setGroup(org, group, { apps: {} })],
    ];
    for (const [reason, end] of endings) {
      const tenant = await registry.addTenant();
      const nonce = await embedder.mint(tenant);
      const { tokenHash } = await open(tenant);
      const stays = await open(await registry.addTenant());
      await end(tenant);
      expect(await gone(watch, tokenHash)).toBeLessThan(1_000);
      await expect(embedder.redeem(tenant.org, nonce)).rejects.toMatchObject({ slug: 'embed-url-revoked' });
      // The gateways hear of it first, the record afterwards.
      const revoked = await eventually(async () =>
        (await eventsOf(stack, tenant.org)).find(({ action }) => action === 'embed-session.revoked'),
      );
      expect(revoked).toMatchObject({ actor: { type: 'service' }, data: { reason } });
      expect(watch.get(stays.tokenHash)).toBeDefined();
    }
  });

  it('keeps its groups’ other apps when one group of several loses access', async () => {
    const tenant = await registry.addTenant();
    await registry.setGroup(tenant.org, 13, { allApps: 'use' });
    const { tokenHash } = await open(tenant, { groupIds: [12, 13] });
    await registry.setGroup(tenant.org, 12, { apps: {} });
    await registry.setGroup(tenant.org, 13, { allApps: 'none' });
    expect(await gone(watch, tokenHash)).toBeLessThan(1_000);
    expect((await embedder.list(tenant.org)).data).toHaveLength(1);
  });

  it('is over for readers when it has run out', async () => {
    const tenant = await registry.addTenant();
    const { sessionId } = await open(tenant);
    await superuser.query(`UPDATE embed_session SET expires_at = now() - interval '1 minute' WHERE id = $1`, [
      sessionId,
    ]);
    const [session] = (await embedder.list(tenant.org)).data;
    expect(session?.endedAt).toBe(session?.expiresAt);
  });

  it('is listed newest first, in pages', async () => {
    const tenant = await registry.addTenant();
    for (const externalIdentifier of ['a', 'b', 'c']) await open(tenant, { externalIdentifier });
    const first = await embedder.list(tenant.org, { limit: 2 });
    const second = await embedder.list(tenant.org, { limit: 2, cursor: first.nextCursor ?? '' });
    expect([...first.data, ...second.data].map(({ externalIdentifier }) => externalIdentifier)).toEqual([
      'c',
      'b',
      'a',
    ]);
    expect(second.nextCursor).toBeNull();
    await expect(embedder.list(tenant.org, { cursor: 'x' })).rejects.toMatchObject({
      errors: [{ pointer: '/cursor' }],
    });
    expect((await embedder.list(tenant.org, { externalIdentifier: 'a\0' })).data).toEqual([]);
  });

  it('is revoked while the database is down, and stays revoked over a restart', async () => {
    const tenant = await registry.addTenant();
    const [first, second] = [await open(tenant), await open(tenant)];
    await stack.killPostgres();
    await embedder.revoke(tenant.org, first.sessionId);
    expect(await gone(watch, first.tokenHash)).toBeLessThan(1_000);
    await embedder.revoke(tenant.org, second.sessionId);
    await service.kill();
    await stack.restartPostgres();
    superuser = await connectSuperuser(stack);
    service = await startEmbedSession(stack);
    expect((await embedder.list(tenant.org)).data.map(({ endedAt }) => endedAt === null)).toEqual([false, false]);
    expect(watch.get(second.tokenHash)).toBeUndefined();
    const revoked = (await eventsOf(stack, tenant.org)).filter(({ action }) => action === 'embed-session.revoked');
    expect(revoked).toHaveLength(2);
  }, 60_000);

  it('is revoked by whoever did it, once the database is back', async () => {
    const tenant = await registry.addTenant();
    const { sessionId } = await open(tenant);
    await stack.killPostgres();
    await embedder.revoke(tenant.org, sessionId);
    await expect(embedder.list(tenant.org)).rejects.toMatchObject({ slug: 'unavailable' });
    await stack.restartPostgres();
    superuser = await connectSuperuser(stack);
    const revoked = await eventually(async () =>
      (await eventsOf(stack, tenant.org)).find(({ action }) => action === 'embed-session.revoked'),
    );
    expect(revoked).toMatchObject({ actor: { display: 'portal backend' }, data: { sessionId, reason: 'revoked' } });
  }, 60_000);

  it('comes back from the database when the bucket has been lost', async () => {
    const tenant = await registry.addTenant();
    const [kept, ended] = [await open(tenant), await open(tenant)];
    await embedder.revoke(tenant.org, ended.sessionId);
    await service.kill();
    const operator = await stack.operator();
    await operator.request('$JS.API.STREAM.PURGE.KV_sessions');
    service = await startEmbedSession(stack);
    const reader = await SnapshotWatch.open(embedder.gateway, sessions);
    expect(reader.get(kept.tokenHash)).toMatchObject({ id: kept.sessionId });
    expect(reader.get(ended.tokenHash)).toBeUndefined();
    reader.stop();
  }, 60_000);

  it('is seen by its own organisation only, in the database too', async () => {
    const role = new pg.Client(stack.databaseUrl('embed_session'));
    await role.connect();
    expect((await role.query('SELECT FROM embed_session.embed_session')).rowCount).toBe(0);
    const tenant = await registry.addTenant();
    await open(tenant);
    await role.query(`SELECT set_config('app.org', $1, false)`, [tenant.org]);
    expect((await role.query('SELECT FROM embed_session.embed_session')).rowCount).toBe(1);
    await role.end();
  });
});
