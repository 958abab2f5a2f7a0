import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { ask, type List } from './src/ask.js';
import { saveResource } from './src/save-resource.js';

let upstream: Upstream;
let pontage: Pontage;
let resource: string;
let group: number;
/** Of a group that may use the resource in staging, of one that may do nothing, and of nobody in particular. */
let tokens: { staging: string; nothing: string; unrestricted: string };

beforeAll(async () => {
  upstream = await startUpstream();
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
  resource = (await saveResource(pontage, { baseUrl: upstream.url })).id;
  const [staging, nothing] = [await newGroup(), await newGroup()];
  group = staging;
  await give(['staging']);
  tokens = {
    staging: await newToken([staging]),
    nothing: await newToken([nothing]),
    unrestricted: await newToken(null),
  };
}, 120_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
}, 30_000);

const newGroup = async (): Promise<number> =>
  (await ask<{ id: number }>(pontage, 'POST', '/api/v1/groups', { name: randomUUID() })).json.id;
const newToken = async (groupIds: number[] | null): Promise<string> => {
  const draft = { name: 't', scopes: ['queries:run'], ...(groupIds === null ? {} : { groupIds }) };
  return (await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', draft)).json.token;
};
const give = (environments: unknown) =>
  ask(pontage, 'PUT', `/api/v1/groups/${group}/resources/${resource}`, { access: 'use', environments });

type Way = (token: string, environment?: string) => Promise<{ status: number; json: { code: string; detail: string } }>;
const asked =
  (verb: string): Way =>
  (token, environment) => {
    const query = { path: '/echo', ...(environment === undefined ? {} : { environment }) };
    return ask(pontage, 'POST', `/api/v1/resources/${resource}/${verb}`, query, { token });
  };
const preview = asked('preview');
const proxied: Way = (token, environment) => {
  const headers: Record<string, string> = environment === undefined ? {} : { 'pontage-environment': environment };
  return ask(pontage, 'GET', `/proxy/${resource}/echo`, undefined, { token, headers });
};

describe.each([
  ['an ad-hoc query', asked('query')],
  ['a preview', preview],
  ['the proxy', proxied],
])('%s', (_, way) => {
  it('is done in the environments of the access, and refused in others and in what is none', async () => {
    expect((await way(tokens.staging, 'staging')).status).toBe(200);
    const sent = upstream.requests.length;
    for (const environment of ['production', undefined, 'nowhere']) {
      const { status, json } = await way(tokens.staging, environment);
      expect([environment, status, json.code]).toEqual([environment, 403, 'forbidden']);
      expect(json.detail).toBe("The token's groups may use this resource in staging only.");
    }
    expect(upstream.requests.length).toBe(sent);
  });

  it('tells of the environments only to whom the resource is known', async () => {
    for (const environment of ['staging', 'production', 'nowhere'])
      expect((await way(tokens.nothing, environment)).json.code).toBe('not-found');
    expect((await way(tokens.unrestricted, 'nowhere')).json.code).toBe('invalid-request');
    expect((await way(tokens.unrestricted, 'staging')).status).toBe(200);
  });
});

describe('access in some environments', () => {
  it('is refused when it names none, one twice, or one that is not there; the access stays as it was', async () => {
    const refused: [unknown, string][] = [
      [[], '/environments'],
      [['staging', 'staging'], '/environments/1'],
      [['nowhere'], '/environments/0'],
      ['staging', '/environments'],
    ];
    for (const [environments, pointer] of refused) {
      const { status, json } = await give(environments);
      expect([environments, status, json.errors]).toEqual([environments, 400, [expect.objectContaining({ pointer })]]);
    }
    expect((await ask(pontage, 'GET', `/api/v1/groups/${group}`)).json).toMatchObject({
      resources: [{ resource, access: 'use', environments: ['staging'] }],
    });
  });

  it('keeps its environments in the organisation', async () => {
    const without = await ask<{ by: string[] }>(pontage, 'PATCH', '/api/v1/organisation', {
      environments: ['production'],
    });
    expect([without.status, without.json.code, without.json.by]).toEqual([
      409,
      'in-use',
      [`group ${group} on resource ${resource}`],
    ]);
  });

  it('leaves what was refused on record', async () => {
    const denied = async () => {
      const { json } = await ask<List<{ data: object }>>(pontage, 'GET', '/api/v1/audit-events?action=query.denied');
      return json.data.map(({ data }) => data);
    };
    for (const deadline = Date.now() + 10_000; (await denied()).length < 2 && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await denied()).toEqual(
      expect.arrayContaining([expect.objectContaining({ problem: 'forbidden', resource })]),
    );
  });

  it('changes at once for whoever has it', async () => {
    await give(['production']);
    let refused = false;
    for (const deadline = Date.now() + 1_000; !refused && Date.now() < deadline;)
      refused = (await preview(tokens.staging, 'staging')).status === 403;
    expect((await preview(tokens.staging, 'staging')).json.detail).toContain('in production only');
    expect((await preview(tokens.staging)).status).toBe(200);
  });
});
