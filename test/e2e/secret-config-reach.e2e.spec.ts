import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { runQuery, saveResource } from './src/save-resource.js';

let upstream: Upstream;
let pontage: Pontage;
/** Of somebody who may edit every resource, by a group, and no more. */
let token: string;

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
  const group = await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: 'editors', allResources: 'own' });
  const made = await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', {
    name: 'editor',
    scopes: ['resources:read', 'resources:write', 'queries:run', 'config:read', 'config:write'],
    groupIds: [group.json.id],
  });
  token = made.json.token;
  for (const name of ['HELD', 'OTHER'])
    await ask(pontage, 'PUT', `/api/v1/config/${name}`, { value: `canary-${randomUUID()}`, secret: true });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

const other = '{{ config.OTHER }}';
const oauth = (clientSecret: string, tokenUrl = `${upstream.url}/token`) => ({
  method: 'oauth2',
  grant: 'client_credentials',
  tokenUrl,
  clientId: 'c',
  clientSecret,
});

describe('somebody who is restricted to groups', () => {
  it('brings no secret variable into a resource, wherever it would stand, and changes none', async () => {
    const { id } = await saveResource(pontage, {
      baseUrl: upstream.url,
      headers: [['X-Key', '{{ config.HELD }}']],
      authentication: { method: 'bearer', token: '{{ config.HELD }}' },
    });
    const patch = (body: object) => ask(pontage, 'PATCH', `/api/v1/resources/${id}`, body, { token });
    const brings: [object, string][] = [
      [{ headers: [['X-Key', other]] }, '/headers/0/1'],
      [{ headers: [['X-Key', { secret: `x${other}` }]] }, '/headers/0/1'],
      [{ headers: [['Authorization', other]] }, '/headers/0/1'],
      [{ urlParams: [['k', { secret: other }]] }, '/urlParams/0/1'],
      [{ cookies: [['k', other]] }, '/cookies/0/1'],
      [{ body: [['k', other]] }, '/body/0/1'],
      [{ baseUrl: `${upstream.url}/${other}` }, '/headers/0/1'],
      [{ authentication: { method: 'bearer', token: other } }, '/authentication/token'],
      [{ authentication: { method: 'basic', username: other, password: 'p' } }, '/authentication/username'],
      [{ authentication: oauth('{{ config.HELD }}') }, '/authentication/clientSecret'],
      // To another place, with the secret variable that the resource names.
      [
        {
          baseUrl: 'http://127.0.0.1:1',
          headers: [],
          authentication: { method: 'bearer', token: '{{ config.HELD }}' },
        },
        '/authentication/token',
      ],
      // In an environment, by itself or because what counts everywhere goes elsewhere there.
      [{ environments: { staging: { headers: [['X-Key', other]] } } }, '/environments/staging/headers/0/1'],
      [
        { environments: { staging: { authentication: { method: 'bearer', token: other } } } },
        '/environments/staging/authentication/token',
      ],
      [
        { environments: { staging: { baseUrl: 'http://127.0.0.1:1', authentication: { method: 'none' } } } },
        '/environments/staging/headers/0/1',
      ],
    ];
    for (const [body, pointer] of brings) {
      const { status, json } = await patch(body);
      expect([status, json.code, json.errors.map((each) => each.pointer)]).toEqual([
        403,
        'forbidden',
        expect.arrayContaining([pointer]),
      ]);
    }
    const fresh = { name: 'fresh', baseUrl: upstream.url, authentication: { method: 'bearer', token: other } };
    expect((await ask(pontage, 'POST', '/api/v1/resources', fresh, { token })).status).toBe(403);
    expect((await ask(pontage, 'GET', '/api/v1/resources/fresh')).status).toBe(404);
    const { code, errors } = (await ask(pontage, 'POST', '/api/v1/resources/apply', { resources: [fresh] }, { token }))
      .json;
    expect([code, errors.map((each) => each.pointer)]).toEqual(['forbidden', ['/resources/0/authentication/token']]);
    const put = await ask(pontage, 'PUT', '/api/v1/config/OTHER', { value: 'mine', secret: true }, { token });
    expect([put.status, put.json.code]).toEqual([403, 'forbidden']);

    // What is named already stays usable, and editable.
    expect((await patch({ headers: [['X-Other-Name', '{{ config.HELD }}']] })).status).toBe(200);
    expect((await patch({ authentication: { method: 'bearer', token: 'x{{ config.HELD }}' } })).status).toBe(200);
    expect((await runQuery(pontage, id, { path: '/echo' })).status).toBe(200);
    expect(JSON.stringify(upstream.requests.at(-1)?.headers)).toMatch(/Bearer xcanary-/);
  });

  it('takes none elsewhere in the readable fields of a credential that is kept', async () => {
    const kept = [
      { method: 'session', cookiesToForward: ['sid'], verificationUrl: '/check?key={{ config.HELD }}' },
      // Without a secret of its own, though the token that it gets is one.
      {
        method: 'oauth2',
        grant: 'client_credentials',
        tokenUrl: `${upstream.url}/token`,
        clientId: 'c',
        clientAuthentication: 'none',
        extraParams: { password: '{{ config.HELD }}' },
      },
    ];
    const there = { baseUrl: 'http://127.0.0.1:1' };
    for (const authentication of kept) {
      const { id, version } = await saveResource(pontage, { baseUrl: upstream.url, authentication });
      const moves: [object, string][] = [
        [there, '/authentication/'],
        [{ environments: { staging: there } }, '/environments/staging/authentication/'],
      ];
      for (const [body, pointer] of moves) {
        const { status, json } = await ask(pontage, 'PATCH', `/api/v1/resources/${id}`, body, { token });
        expect([authentication.method, status, json.code, json.errors?.map((each) => each.pointer)]).toEqual([
          authentication.method,
          403,
          'forbidden',
          [expect.stringContaining(pointer)],
        ]);
      }
      expect((await ask(pontage, 'GET', `/api/v1/resources/${id}`)).json).toMatchObject({ version });
      const renamed = { environments: { staging: { timeoutMs: 500 } }, description: 'd' };
      expect((await ask(pontage, 'PATCH', `/api/v1/resources/${id}`, renamed, { token })).status).toBe(200);
      expect((await ask(pontage, 'PATCH', `/api/v1/resources/${id}`, there)).status).toBe(200);
    }
  });

  it('tests no resource that is not saved with one', async () => {
    const asked = upstream.requests.length;
    const brings: [object, string][] = [
      [{ headers: [['X-Key', other]] }, '/resource/headers/0/1'],
      [{ headers: [['X-Key', { secret: other }]] }, '/resource/headers/0/1'],
      [{ headers: [['Authorization', other]] }, '/resource/headers/0/1'],
      [{ authentication: { method: 'bearer', token: other } }, '/resource/authentication/token'],
      [{ authentication: { method: 'basic', username: other, password: 'p' } }, '/resource/authentication/username'],
      [
        { environments: { staging: { authentication: { method: 'bearer', token: other } } } },
        '/resource/environments/staging/authentication/token',
      ],
    ];
    for (const [more, pointer] of brings) {
      const body = { resource: { name: 'unsaved', baseUrl: upstream.url, ...more }, environment: 'staging' };
      const { status, json } = await ask(pontage, 'POST', '/api/v1/resources/test', body, { token });
      expect([status, json.code, json.errors.map((each) => each.pointer)]).toEqual([403, 'forbidden', [pointer]]);
    }
    expect(upstream.requests).toHaveLength(asked);
  });
});
