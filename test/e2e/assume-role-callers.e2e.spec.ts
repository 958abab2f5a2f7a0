import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ask } from './src/ask.js';
import { startEmbedSetting, type EmbedSetting } from './src/embed-setting.js';

let setting: EmbedSetting;
/** Who calls, and how. */
const callers: Caller[] = [];
interface Caller {
  readonly name: string;
  /** The session that CloudTrail shall show. */
  readonly session: RegExp;
  /** Runs a query; the access key that it was signed with. */
  run(resource: string): Promise<string>;
}

beforeAll(async () => {
  setting = await startEmbedSetting([]);
  const { app, pontage } = setting;
  for (const name of ['Nightly export', 'Backoffice']) callers.push(await tokenCaller(name));
  for (const user of ['ada@example.com', 'Grace Hopper, USN']) callers.push(await embeddedCaller(user));
  for (const resource of ['roles', 'crowd', 'gone']) {
    await ask(pontage, 'POST', '/api/v1/resources', {
      name: resource,
      baseUrl: `${setting.upstream.url}/aws/execute-api/eu-central-1`,
      authentication: {
        method: 'aws-sigv4',
        region: 'eu-central-1',
        accessKeyId: 'AKIDFIXTURE',
        secretAccessKey: 'fixture/s3cret+key',
        roleArn: 'arn:aws:iam::123456789012:role/orders',
        externalId: 'pontage-42',
        stsEndpoint: `${setting.upstream.url}/sts/eu-central-1`,
      },
    });
    const query = { resource, request: { path: '/orders' } };
    await ask(pontage, 'PUT', `/api/v1/apps/${app}/queries/${resource}`, query);
  }
}, 90_000);
afterAll(async () => setting?.[Symbol.asyncDispose](), 30_000);
beforeEach(() => {
  setting.upstream.forget();
  setting.upstream.cloud.sessions.length = 0;
});

async function tokenCaller(name: string): Promise<Caller> {
  const { json } = await ask<{ token: string }>(setting.pontage, 'POST', '/api/v1/tokens', {
    name,
    scopes: ['queries:run'],
  });
  return {
    name,
    session: new RegExp(`^pontage-token=${name.replaceAll(' ', '-')},[0-9a-f]{16}$`),
    run: async (resource) => {
      const path = `/api/v1/resources/${resource}/query`;
      const answer = await ask<Ran>(setting.pontage, 'POST', path, { path: '/orders' }, { token: json.token });
      return keyOf(answer.json);
    },
  };
}

async function embeddedCaller(externalIdentifier: string): Promise<Caller> {
  const cookie = await setting.redeem(await setting.mint({ externalIdentifier }));
  return {
    name: externalIdentifier,
    session: externalIdentifier.includes(' ')
      ? /^pontage-user=Grace-Hopper--USN,[0-9a-f]{16}$/
      : /^pontage-user=ada@example\.com$/,
    run: async (query) => {
      const path = `/embedded/api/queries/${query}/run`;
      const answer = await setting.inside(path, cookie, { method: 'POST', body: '{}' });
      return keyOf((await answer.json()) as Ran);
    },
  };
}

interface Ran {
  readonly status: number;
  /** Of a problem. */
  readonly code?: string;
  readonly body?: { readonly authenticated?: boolean; readonly key?: string };
}
function keyOf({ status, code, body }: Ran): string {
  if (status !== 200 || body?.authenticated !== true) throw new Error(`a query was refused: ${status} ${code}`);
  return body.key ?? '';
}
const sessionOf = (key: string): string => setting.upstream.cloud.sessionOfKey.get(key) ?? 'none';
const assumptions = () => setting.upstream.requests.filter(({ target }) => target.startsWith('/sts/')).length;

describe('a role that is assumed for somebody', () => {
  it('shows CloudTrail who it is: two tokens and two users of embed sessions', async () => {
    for (const { session, run } of callers) expect(sessionOf(await run('roles'))).toMatch(session);
    // Once more, with what is held now.
    for (const { session, run } of callers) expect(sessionOf(await run('roles'))).toMatch(session);
    expect(assumptions()).toBe(callers.length);
    expect(new Set(setting.upstream.cloud.sessions).size).toBe(callers.length);
  });

  it('is assumed once for each of two callers by 200 concurrent queries, and their keys never mix', async () => {
    const two = [callers[1], callers[2]] as [Caller, Caller];
    const ran = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const { name, run } = two[index % 2] as Caller;
        return [name, sessionOf(await run('crowd'))] as const;
      }),
    );
    expect(assumptions()).toBe(2);
    for (const { name, session } of two) {
      const sessions = new Set(ran.filter(([caller]) => caller === name).map(([, each]) => each));
      expect([...sessions]).toEqual([expect.stringMatching(session)]);
    }
  });

  it('is on record with whom it serves', async () => {
    const [token, , user] = callers as [Caller, Caller, Caller];
    await token.run('gone');
    await user.run('gone');
    const { json: resource } = await ask<{ id: string }>(setting.pontage, 'GET', '/api/v1/resources/gone');
    const acquired = async () => {
      const path = `/api/v1/audit-events?action=grant.acquired&resource=${resource.id}`;
      const { json } = await ask<{ data: { externalIdentifier: string | null; data: object }[] }>(
        setting.pontage,
        'GET',
        path,
      );
      return json.data.map(({ externalIdentifier, data }) => ({ externalIdentifier, data }));
    };
    for (const deadline = performance.now() + 10_000; (await acquired()).length < 2;)
      if (performance.now() > deadline) break;
    expect(await acquired()).toEqual([
      {
        externalIdentifier: 'ada@example.com',
        data: expect.objectContaining({ serves: { kind: 'external', id: 'ada@example.com' } }),
      },
      {
        externalIdentifier: null,
        data: expect.objectContaining({ serves: { kind: 'token', id: expect.any(String) } }),
      },
    ]);
  });

  it('is told of by a preview to its own caller only', async () => {
    const admin = await ask<{ credential: { grant: string } }>(
      setting.pontage,
      'POST',
      '/api/v1/resources/roles/preview',
      {},
    );
    expect(admin.json.credential.grant).toBe('missing');
  });
});
