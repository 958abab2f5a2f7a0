import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { headerOf, startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { saveResource, trySaveResource } from './src/save-resource.js';

let production: Upstream;
let staging: Upstream;
let pontage: Pontage;

beforeAll(async () => {
  [production, staging] = await Promise.all([startUpstream(), startUpstream()]);
  const allowed = `127.0.0.1:${production.port},127.0.0.1:${staging.port}`;
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: allowed } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await production?.stop();
  await staging?.stop();
}, 30_000);
beforeEach(() => {
  production.forget();
  staging.forget();
});

const canary = (): string => `canary-${randomUUID()}`;
const patch = (id: string, body: unknown) => ask(pontage, 'PATCH', `/api/v1/resources/${id}`, body);
const query = (id: string, more: object) =>
  ask<{ status: number; region: string }>(pontage, 'POST', `/api/v1/resources/${id}/query`, { path: '/echo', ...more });
/** What an upstream received of a header in its one request. */
const received = ({ requests: [only] }: Upstream, name: string) => only && headerOf(only, name);

async function twoPlaces() {
  const tokens = { production: canary(), staging: canary() };
  const keys = { production: canary(), staging: canary() };
  const saved = await saveResource(pontage, {
    baseUrl: production.url,
    headers: [
      ['X-Key', { secret: keys.production }],
      ['X-Place', 'production'],
    ],
    timeoutMs: 5_000,
    authentication: { method: 'bearer', token: tokens.production },
    environments: {
      staging: {
        baseUrl: staging.url,
        region: 'eu-central-1',
        headers: [
          ['X-Key', { secret: keys.staging }],
          ['X-Place', 'staging'],
        ],
        authentication: { method: 'basic', username: 'stage', password: tokens.staging },
      },
    },
  });
  return { saved, tokens, keys };
}

describe('a resource with environments', () => {
  it('goes where its environment says, with the credential and the settings of that environment', async () => {
    const { saved, tokens, keys } = await twoPlaces();
    expect((await query(saved.id, {})).json).toMatchObject({ status: 200, region: 'us-west-2' });
    expect(received(production, 'authorization')).toBe(`Bearer ${tokens.production}`);
    expect(received(production, 'x-key')).toBe(keys.production);
    expect(staging.requests).toHaveLength(0);

    const answer = await query(saved.id, { environment: 'staging' });
    expect(answer.json).toMatchObject({ status: 200, region: 'eu-central-1' });
    const basic = Buffer.from(`stage:${tokens.staging}`).toString('base64');
    expect(received(staging, 'authorization')).toBe(`Basic ${basic}`);
    expect(received(staging, 'x-key')).toBe(keys.staging);
    expect(received(staging, 'x-place')).toBe('staging');
    expect(production.requests).toHaveLength(1);
  });

  it('is chosen through /proxy and in a preview, too', async () => {
    const { saved, keys } = await twoPlaces();
    const answer = await pontage.fetch(`/proxy/${saved.id}/echo`, { headers: { 'Pontage-Environment': 'staging' } });
    expect([answer.status, received(staging, 'x-key')]).toEqual([200, keys.staging]);
    const preview = await ask<{ url: string; region: string; environment: string }>(
      pontage,
      'POST',
      `/api/v1/resources/${saved.id}/preview`,
      { path: '/echo', environment: 'staging' },
    );
    expect(preview.json).toMatchObject({
      url: `${staging.url}/echo`,
      region: 'eu-central-1',
      environment: 'staging',
    });
    expect(JSON.stringify(preview.json)).not.toContain('canary-');
  });

  it('has from everywhere what an environment does not say', async () => {
    const token = canary();
    const { id } = await saveResource(pontage, {
      baseUrl: production.url,
      urlParams: [['tenant', 'acme']],
      authentication: { method: 'bearer', token },
      environments: { staging: { headers: [['X-Place', 'staging']] } },
    });
    await query(id, { environment: 'staging' });
    expect(received(production, 'authorization')).toBe(`Bearer ${token}`);
    expect(received(production, 'x-place')).toBe('staging');
    expect(production.requests[0]?.target).toBe('/echo?tenant=acme');
  });

  it('shows no secret of any environment, and keeps each by its placeholder', async () => {
    const { saved, tokens, keys } = await twoPlaces();
    const read = await ask<{ environments: { staging: object } }>(pontage, 'GET', `/api/v1/resources/${saved.id}`);
    const versions = await ask(pontage, 'GET', `/api/v1/resources/${saved.id}/versions`);
    for (const secret of [...Object.values(tokens), ...Object.values(keys)])
      expect(JSON.stringify([read.json, versions.json])).not.toContain(secret);
    const { environments } = read.json;
    const changed = { environments: { staging: { ...environments.staging, timeoutMs: 2_000 } } };
    expect((await patch(saved.id, changed)).json).toMatchObject({ version: 2 });
    await query(saved.id, { environment: 'staging' });
    expect(received(staging, 'x-key')).toBe(keys.staging);
    expect(received(staging, 'authorization')).toMatch(/^Basic /);
    const diff = await ask(pontage, 'GET', `/api/v1/resources/${saved.id}/versions/2/diff`);
    expect(diff.json.changes).toEqual([{ pointer: '/environments/staging/timeoutMs', from: null, to: 2_000 }]);
    await ask(pontage, 'POST', `/api/v1/resources/${saved.id}/rollback`, { version: 1 });
    staging.forget();
    await query(saved.id, { environment: 'staging' });
    expect(received(staging, 'x-key')).toBe(keys.staging);
  });

  it('changes one environment at a time: the others stay, and null ends what one has of its own', async () => {
    const { saved, tokens } = await twoPlaces();
    const organisation = { environments: ['production', 'staging', 'qa'] };
    expect((await ask(pontage, 'PATCH', '/api/v1/organisation', organisation)).status).toBe(200);
    const qa = { qa: { headers: [['X-Place', 'qa']] } };
    expect((await patch(saved.id, { environments: qa })).json).toMatchObject({ environments: { ...qa, staging: {} } });
    await query(saved.id, { environment: 'staging' });
    expect(received(staging, 'authorization')).toMatch(/^Basic /);
    const ended = await patch(saved.id, { environments: { staging: null } });
    expect(Object.keys((ended.json as unknown as { environments: object }).environments)).toEqual(['qa']);
    await query(saved.id, { environment: 'staging' });
    expect(received(production, 'authorization')).toBe(`Bearer ${tokens.production}`);
    const none = await trySaveResource(pontage, { baseUrl: production.url, environments: { qa: null } });
    expect([none.status, none.json.errors[0]?.pointer]).toEqual([400, '/environments/qa']);
    await patch(saved.id, { environments: { qa: null } });
    await ask(pontage, 'PATCH', '/api/v1/organisation', { environments: ['production', 'staging'] });
  });

  it('is changed in an environment by whoever may edit it there, and nowhere else', async () => {
    const { saved } = await twoPlaces();
    const group = await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: `stage-${randomUUID()}` });
    const grant = { access: 'edit', environments: ['staging'] };
    await ask(pontage, 'PUT', `/api/v1/groups/${group.json.id}/resources/${saved.id}`, grant);
    const { json: limited } = await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', {
      name: `stage-${randomUUID()}`,
      scopes: ['resources:read', 'resources:write'],
      groupIds: [group.json.id],
    });
    const change = (body: object) =>
      ask(pontage, 'PATCH', `/api/v1/resources/${saved.id}`, body, { token: limited.token });
    const own = { ...(saved.environments as { staging: object }).staging, timeoutMs: 900 };
    expect((await change({ environments: { staging: own } })).json).toMatchObject({ version: 2 });
    for (const body of [
      { timeoutMs: 900 },
      { timeoutMs: 900, environments: { staging: own } },
      { environments: { production: { timeoutMs: 900 } } },
      { environments: { staging: own, production: { timeoutMs: 900 } } },
      { environments: { staging: own }, authentication: { method: 'none' } },
      { environments: {} },
    ])
      expect((await change(body)).json).toMatchObject({ code: 'forbidden' });
    expect((await ask(pontage, 'GET', `/api/v1/resources/${saved.id}`)).json.version).toBe(2);
  });

  it('has its limits counted apart where an environment has its own', async () => {
    const { id } = await saveResource(pontage, {
      baseUrl: production.url,
      limits: { perSecond: 0.1 },
      environments: { staging: { limits: { perSecond: 0.1 } } },
    });
    const statuses = [];
    for (const environment of ['production', 'production', 'staging', 'staging'])
      statuses.push((await query(id, { environment })).status);
    expect(statuses).toEqual([200, 429, 200, 429]);
  });
});

describe('the secrets of an environment', () => {
  it('do not go where another environment goes', async () => {
    const refused: [object, string][] = [
      [{ authentication: { method: 'bearer', token: canary() } }, '/environments/staging/authentication'],
      [{ headers: [['X-Key', { secret: canary() }]] }, '/environments/staging/headers'],
    ];
    for (const [secrets, pointer] of refused) {
      const given = { baseUrl: production.url, ...secrets, environments: { staging: { baseUrl: staging.url } } };
      const { status, json } = await trySaveResource(pontage, given);
      expect([status, json.code, json.errors[0]?.pointer]).toEqual([409, 'secret-required', pointer]);
    }
    const { saved } = await twoPlaces();
    const { environments } = saved as unknown as { environments: { staging: Record<string, unknown> } };
    const { authentication, headers, ...without } = environments.staging;
    const moves: [object, string][] = [
      [{ staging: without }, '/environments/staging/authentication'],
      [{ staging: { ...without, authentication } }, '/environments/staging/headers'],
      [{ staging: { ...environments.staging, baseUrl: production.url } }, '/environments/staging/headers/0/1'],
      [
        { staging: { ...without, headers: [], authentication, region: null } },
        '/environments/staging/authentication/password',
      ],
    ];
    for (const [move, pointer] of moves) {
      const { status, json } = await patch(saved.id, { environments: move });
      expect([status, json.code, json.errors[0]?.pointer]).toEqual([409, 'secret-required', pointer]);
    }
    // A placeholder of everywhere is none of the environment's.
    const foreign = { staging: { ...without, headers: saved.headers, authentication } };
    expect((await patch(saved.id, { environments: foreign })).json).toMatchObject({
      code: 'invalid-request',
      errors: [{ pointer: '/environments/staging/headers/0/1' }],
    });
    const stolen = { staging: { ...without, headers, authentication: saved.authentication } };
    expect((await patch(saved.id, { environments: stolen })).json).toMatchObject({
      code: 'invalid-request',
      errors: [{ pointer: '/environments/staging/authentication/token' }],
    });
    expect([production.requests, staging.requests]).toEqual([[], []]);
    expect((await ask(pontage, 'GET', `/api/v1/resources/${saved.id}`)).json.version).toBe(1);
  });

  it('are asked for again when what counts everywhere takes them elsewhere', async () => {
    const { id } = await saveResource(pontage, {
      baseUrl: production.url,
      environments: { staging: { authentication: { method: 'bearer', token: canary() } } },
    });
    const { status, json } = await patch(id, { baseUrl: staging.url });
    expect([status, json.code, json.errors[0]?.pointer]).toEqual([
      409,
      'secret-required',
      '/environments/staging/authentication',
    ]);
  });
});

describe('bad environments', () => {
  it.each([
    [{ moon: {} }, '/environments/moon'],
    [{ 'Not A Name': {} }, '/environments/Not A Name'],
    [{ staging: { name: 'x' } }, '/environments/staging/name'],
    [{ staging: { baseUrl: 'ftp://x' } }, '/environments/staging/baseUrl'],
    [{ staging: { headers: [['Host', 'x']] } }, '/environments/staging/headers/0/0'],
    [{ staging: { authentication: { method: 'magic' } } }, '/environments/staging/authentication/method'],
    [{ staging: { authentication: { method: 'basic' } } }, '/environments/staging/authentication/username'],
    [{ staging: { headers: [['X', { secret: '{{ 1 + 1 }}' }]] } }, '/environments/staging/headers/0/1'],
    [{ staging: { urlParams: [['a', '{{ b() }}']] } }, '/environments/staging/urlParams/0/1'],
  ])('are refused: %j', async (environments, pointer) => {
    const { status, json } = await trySaveResource(pontage, { baseUrl: production.url, environments });
    expect([status, json.code]).toEqual([400, 'invalid-request']);
    expect(json.errors.map((each) => each.pointer)).toContain(pointer);
  });

  it('of an unknown region is refused, and one that a resource needs stays', async () => {
    const environments = { staging: { region: 'mars-north-1' } };
    const { json } = await trySaveResource(pontage, { baseUrl: production.url, environments });
    expect(json.code).toBe('unknown-region');
    await saveResource(pontage, { name: 'needs-qa', baseUrl: production.url, environments: {} });
    const organisation = (names: string[]) => ask(pontage, 'PATCH', '/api/v1/organisation', { environments: names });
    expect((await organisation(['production', 'staging', 'qa'])).status).toBe(200);
    expect((await patch('needs-qa', { environments: { qa: { timeoutMs: 1_000 } } })).status).toBe(200);
    const inUse = await organisation(['production', 'staging']);
    expect([inUse.status, inUse.json]).toMatchObject([409, { code: 'in-use', by: ['resource needs-qa'] }]);
    expect((await patch('needs-qa', { environments: { qa: null } })).status).toBe(200);
    expect((await organisation(['production', 'staging'])).status).toBe(200);
    const back = await ask(pontage, 'POST', '/api/v1/resources/needs-qa/rollback', { version: 2 });
    expect([back.status, back.json.errors[0]?.pointer]).toEqual([400, '/environments/qa']);
  });
});
