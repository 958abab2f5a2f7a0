import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type Answer, type List } from './src/ask.js';

let pontage: Pontage;

beforeAll(async () => void (pontage = await startPontage({ env: { PONTAGE_DEMO: '0' } })), 120_000);
afterAll(() => pontage?.stop(), 30_000);

interface App {
  readonly uuid: string;
  readonly version: number;
  readonly description: string;
}
interface Resource {
  readonly id: string;
  readonly name: string;
  readonly authentication: Record<string, unknown>;
}
interface Token {
  readonly id: string;
  readonly name: string;
  readonly token: string;
}
const name = (): string => `n-${randomUUID().slice(0, 8)}`;
const tokenOf = async (scopes: string[]): Promise<string> =>
  (await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', { name: name(), scopes })).json.token;
interface Event {
  readonly id: string;
  readonly requestId: string;
}
const deniedBy = async (requestId: string): Promise<Event | undefined> =>
  (await ask<List<Event>>(pontage, 'GET', '/api/v1/audit-events?action=request.denied&limit=200')).json.data.find(
    (event) => event.requestId === requestId,
  );

describe('things that are kept', () => {
  it('are made, read, changed, listed and deleted', async () => {
    const made = await ask<App>(pontage, 'POST', '/api/v1/apps', { name: name() });
    expect([made.status, made.headers.get('etag'), made.json.version]).toEqual([201, '"1"', 1]);
    const path = `/api/v1/apps/${made.json.uuid}`;
    const changed = await ask<App>(pontage, 'PATCH', path, { description: 'new' });
    expect([changed.status, changed.headers.get('etag'), changed.json.description]).toEqual([200, '"2"', 'new']);
    expect((await ask(pontage, 'GET', path)).json).toEqual(changed.json);
    const listed = await ask<List<App>>(pontage, 'GET', '/api/v1/apps?limit=200');
    expect(listed.json.data.map(({ uuid }) => uuid)).toContain(made.json.uuid);
    const gone = await ask(pontage, 'DELETE', path);
    expect([gone.status, gone.json, (await ask(pontage, 'GET', path)).status]).toEqual([204, {}, 404]);
  });

  it('are listed in pages', async () => {
    for (let index = 0; index < 3; index += 1) await ask(pontage, 'POST', '/api/v1/groups', { name: name() });
    const seen: number[] = [];
    let next: string | null = '';
    while (next !== null) {
      const path: string = `/api/v1/groups?limit=2${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`;
      const page: Answer<List<{ id: number }>> = await ask(pontage, 'GET', path);
      seen.push(...page.json.data.map(({ id }) => id));
      next = page.json.nextCursor;
    }
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('change only if nobody else has changed them', async () => {
    const { json } = await ask<App>(pontage, 'POST', '/api/v1/apps', { name: name() });
    const path = `/api/v1/apps/${json.uuid}`;
    const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } });
    expect((await ask(pontage, 'PATCH', path, { description: 'a' }, ifMatch('"1"'))).status).toBe(200);
    for (const stale of ['"1"', 'W/"2"', '"x"', '2']) {
      const refused = await ask(pontage, 'PATCH', path, { description: 'b' }, ifMatch(stale));
      expect([stale, refused.status, refused.json.code]).toEqual([stale, 412, 'precondition-failed']);
    }
    expect((await ask(pontage, 'DELETE', path, undefined, ifMatch('"1"'))).status).toBe(412);
    expect((await ask(pontage, 'GET', path)).json.description).toBe('a');
    expect((await ask(pontage, 'DELETE', path, undefined, ifMatch('*'))).status).toBe(204);
  });

  it('keep their secrets: write-only, and given again when the destination changes', async () => {
    const secret = `s3cret-${randomUUID()}`;
    const made = await ask<Resource>(pontage, 'POST', '/api/v1/resources', {
      name: name(),
      baseUrl: 'https://api.example.com',
      authentication: { method: 'basic', username: 'u', password: secret },
    });
    expect(made.json.authentication).toEqual({
      method: 'basic',
      username: 'u',
      password: { set: true, fingerprint: expect.any(String) },
    });
    const path = `/api/v1/resources/${made.json.id}`;
    const moved = await ask(pontage, 'PATCH', path, { baseUrl: 'https://evil.example' });
    expect([moved.status, moved.json.code]).toEqual([409, 'secret-required']);
    const placeholder = await ask(pontage, 'PATCH', path, {
      baseUrl: 'https://evil.example',
      authentication: made.json.authentication,
    });
    expect([placeholder.status, placeholder.json.code]).toEqual([409, 'secret-required']);
    expect(
      (await ask(pontage, 'PATCH', path, { description: 'same place', authentication: made.json.authentication }))
        .status,
    ).toBe(200);
    const everything = await Promise.all([
      ask(pontage, 'GET', path),
      ask(pontage, 'GET', `${path}/versions`),
      ask(pontage, 'GET', `${path}/versions/2/diff`),
      ask(pontage, 'GET', '/api/v1/audit-events?limit=200'),
    ]);
    expect(JSON.stringify([made, moved, placeholder, ...everything.map(({ json }) => json)])).not.toContain(secret);
    const wrong = await ask(pontage, 'POST', '/api/v1/resources', {
      name: name(),
      baseUrl: 'https://api.example.com',
      authentication: { method: 'basic', username: 5, password: secret },
    });
    expect([wrong.status, wrong.json.errors[0]?.pointer]).toEqual([400, '/authentication/username']);
    expect(JSON.stringify(wrong.json)).not.toContain(secret);
  });

  it('go back to an earlier version', async () => {
    const { json } = await ask<Resource>(pontage, 'POST', '/api/v1/resources', {
      name: name(),
      baseUrl: 'https://a.example',
    });
    await ask(pontage, 'PATCH', `/api/v1/resources/${json.id}`, { baseUrl: 'https://b.example' });
    const back = await ask(pontage, 'POST', `/api/v1/resources/${json.id}/rollback`, { version: 1 });
    expect([back.status, back.json.version, back.json.baseUrl]).toEqual([200, 3, 'https://a.example']);
  });
});

describe('credentials', () => {
  it('open no more than their scopes, and what is denied is in the record', async () => {
    const token = await tokenOf(['apps:read']);
    const requestId = randomUUID();
    const refused = await ask(
      pontage,
      'POST',
      '/api/v1/apps',
      { name: 'x' },
      { token, headers: { 'x-request-id': requestId } },
    );
    expect([refused.status, refused.json.code, refused.json.scope]).toEqual([403, 'missing-scope', 'apps:write']);
    expect(await deniedBy(requestId)).toMatchObject({
      outcome: 'denied',
      actor: { type: 'token' },
      data: { route: '/api/v1/apps', code: 'missing-scope', scope: 'apps:write' },
    });
  });

  it('cannot be made stronger than their maker', async () => {
    const token = await tokenOf(['tokens:write', 'apps:read']);
    const requestId = randomUUID();
    const refused = await ask(
      pontage,
      'POST',
      '/api/v1/tokens',
      { name: 'x', scopes: ['apps:write'] },
      { token, headers: { 'x-request-id': requestId } },
    );
    expect([refused.status, refused.json.code]).toEqual([403, 'forbidden']);
    expect(await deniedBy(requestId)).toMatchObject({ outcome: 'denied', data: { code: 'forbidden' } });
    expect((await ask(pontage, 'POST', '/api/v1/tokens', { name: 'x', scopes: ['apps:read'] }, { token })).status).toBe(
      201,
    );
  });

  it('end at once when they are revoked', async () => {
    const { json } = await ask<Token>(pontage, 'POST', '/api/v1/tokens', { name: name(), scopes: ['apps:read'] });
    const { token } = json;
    expect((await ask(pontage, 'GET', '/api/v1/apps', undefined, { token })).status).toBe(200);
    expect((await ask(pontage, 'DELETE', `/api/v1/tokens/${json.id}`)).status).toBe(204);
    expect((await ask(pontage, 'GET', '/api/v1/apps', undefined, { token })).status).toBe(401);
  });

  it('show their value once, and a repeated request shows the same', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { name: name(), scopes: ['apps:read'] };
    const [first, again] = [
      await ask<Token>(pontage, 'POST', '/api/v1/tokens', body, { headers }),
      await ask<Token>(pontage, 'POST', '/api/v1/tokens', body, { headers }),
    ];
    expect([first.json, again.headers.get('idempotency-replayed')]).toEqual([again.json, 'true']);
    const listed = (await ask<List<Token>>(pontage, 'GET', '/api/v1/tokens?limit=200')).json;
    expect(listed.data.filter((each) => each.name === body.name).length).toBe(1);
    expect(JSON.stringify(listed)).not.toContain(first.json.token);
  });
});

describe('another organisation', () => {
  it('is made by an operator only, and sees nothing of the first', async () => {
    const admin = await tokenOf(['admin']);
    expect((await ask(pontage, 'POST', '/api/v1/organisations', { name: name() }, { token: admin })).status).toBe(403);
    const made = await ask<{ id: string; adminTokenId: string; adminToken: string }>(
      pontage,
      'POST',
      '/api/v1/organisations',
      { name: name() },
    );
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"']);
    expect(made.json.adminToken).toMatch(/^pontage_/);
    const token = made.json.adminToken;
    const { json: me } = await ask(pontage, 'GET', '/api/v1/me', undefined, { token });
    expect(me.organisation).toEqual({ id: made.json.id });

    const [app, group, resource] = [
      await ask<App>(pontage, 'POST', '/api/v1/apps', { name: name() }),
      await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: name() }),
      await ask<Resource>(pontage, 'POST', '/api/v1/resources', { name: name(), baseUrl: 'https://a.example' }),
    ];
    await ask(pontage, 'PUT', `/api/v1/apps/${app.json.uuid}/queries/q.one`, {
      resource: resource.json.name,
      request: { path: '/' },
    });
    const [event] = (await ask<List<Event>>(pontage, 'GET', '/api/v1/audit-events?limit=1')).json.data;
    const [anyToken] = (await ask<List<Token>>(pontage, 'GET', '/api/v1/tokens?limit=1')).json.data;
    const ids: Record<string, string> = {
      uuid: app.json.uuid,
      id: '',
      name: 'q.one',
      resource: resource.json.id,
      resourceId: resource.json.id,
      version: '1',
      path: '',
    };
    const idIn = (path: string): string => {
      if (path.includes('/groups/')) return String(group.json.id);
      if (path.includes('/audit-events/')) return event?.id ?? '';
      return path.includes('/tokens/') ? (anyToken?.id ?? '') : resource.json.id;
    };
    const bodies: Record<string, unknown> = {
      'PUT /api/v1/apps/{uuid}/queries/{name}': { resource: 'x', request: { path: '/' } },
      'POST /api/v1/resources/{id}/rollback': { version: 1 },
      'POST /api/v1/resources/{id}/auth/rotate': { token: 'x' },
      'POST /api/v1/resources/{resource}/query': { path: '/' },
      'POST /api/v1/resources/{resource}/preview': { path: '/' },
      'PATCH /api/v1/webhooks/{id}': { enabled: false },
      'POST /api/v1/apps/{uuid}/queries/{name}/run': {},
      'PUT /api/v1/groups/{id}/apps/{uuid}': { access: 'use' },
      'PUT /api/v1/groups/{id}/resources/{resourceId}': { access: 'use' },
    };
    const { paths } = (await ask<{ paths: Record<string, object> }>(pontage, 'GET', '/api/openapi.json')).json;
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
    );
    // Regions are of the installation, and their ids no secret of anybody's.
    const isOwned = (path: string) => !path.includes('embed') && !path.includes('/regions/');
    const foreign = routes.filter(({ path }) => /\{(?:id|uuid|resource)\}/.test(path) && isOwned(path));
    expect(foreign.length).toBeGreaterThan(20);
    for (const { path, method } of foreign) {
      const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => (key === 'id' ? idIn(path) : (ids[key] ?? '')));
      const body = bodies[`${method} ${path}`] ?? (method === 'PATCH' ? {} : undefined);
      const theirs = await ask(pontage, method, filled, body, { token });
      expect({ method, path, status: theirs.status, code: theirs.json.code }).toEqual({
        method,
        path,
        status: 404,
        code: 'not-found',
      });
    }
    expect((await ask(pontage, 'GET', '/api/v1/resources', undefined, { token })).json.data).toEqual([]);
    expect((await ask(pontage, 'GET', `/api/v1/apps/${app.json.uuid}`)).status).toBe(200);
  });
});

describe('the record', () => {
  it('is exported line by line, and says so', async () => {
    const answer = await pontage.fetch('/api/v1/audit-events/export?format=ndjson');
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([
      200,
      'application/x-ndjson',
      'attachment; filename="audit-events.ndjson"',
    ]);
    const events = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.length).toBeGreaterThan(20);
    const csv = await pontage.fetch('/api/v1/audit-events/export?format=csv&action=token.*');
    expect(
      (await csv.text())
        .trimEnd()
        .split('\r\n')
        .slice(1)
        .every((line) => line.includes('token.')),
    ).toBe(true);
    const exports = await ask<List<Event>>(pontage, 'GET', '/api/v1/audit-events?action=audit.exported&limit=1');
    expect(exports.json.data[0]).toMatchObject({
      outcome: 'success',
      data: { format: 'csv', action: 'token.*' },
    });
    expect((await ask(pontage, 'GET', '/api/v1/audit-events/export?format=pdf')).status).toBe(400);
  });

  it('holds', async () => {
    expect((await ask(pontage, 'POST', '/api/v1/audit/verify')).json).toMatchObject({ ok: true, firstBroken: null });
    const { json } = await ask<{ keys: object[] }>(pontage, 'GET', '/api/v1/audit/checkpoints');
    expect(json.keys.length).toBeGreaterThan(0);
  });
});
