import { startUpstream, type Upstream, type UpstreamOptions } from '@pontage/fixtures';
import { freePort, startPontage, type Pontage } from '@pontage/testkit';

/** A system with an app, a group that may use it, a saved query and the parents that may embed it. */
export interface EmbedSetting extends AsyncDisposable {
  readonly pontage: Pontage;
  readonly upstream: Upstream;
  readonly embedOrigin: string;
  readonly app: string;
  readonly group: number;
  /** The session cookie's name. */
  readonly cookieName: string;
  mint(more?: Record<string, unknown>): Promise<string>;
  /** Redeems an embed URL and returns the session's `Cookie` header. */
  redeem(url: string): Promise<string>;
  /** Calls a route of the embedded app with a session. */
  inside(path: string, cookie: string, init?: RequestInit): Promise<Response>;
}

/** Boots it all. `parents` are the origins that the organisation lets embed its apps. */
export async function startEmbedSetting(
  parents: readonly string[],
  upstreamOptions: UpstreamOptions & { readonly alsoAllowed?: string } = {},
): Promise<EmbedSetting> {
  const { alsoAllowed, ...options } = upstreamOptions;
  const upstream = await startUpstream(options);
  const port = await freePort();
  const embedOrigin = `http://localhost:${port}`;
  const pontage = await startPontage({
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_EGRESS_ALLOW: [`127.0.0.1:${upstream.port}`, ...(alsoAllowed === undefined ? [] : [alsoAllowed])].join(
        ',',
      ),
      PONTAGE_HTTP_PORT: String(port),
      PONTAGE_EMBED_URL: embedOrigin,
    },
  });
  const send = async <T>(method: string, path: string, json: unknown): Promise<T> => {
    const answer = await pontage.fetch(path, { method, json });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  await send('PATCH', '/api/v1/organisation', { embed: { allowedOrigins: parents } });
  const { uuid: app } = await send<{ uuid: string }>('POST', '/api/v1/apps', { name: 'Customer portal' });
  const { id: group } = await send<{ id: number }>('POST', '/api/v1/groups', { name: 'customers' });
  await send('PUT', `/api/v1/groups/${group}/apps/${app}`, { access: 'use' });
  await send('POST', '/api/v1/resources', { name: 'shop', baseUrl: upstream.url });
  await send('PUT', `/api/v1/apps/${app}/queries/orders.list`, {
    resource: 'shop',
    request: {
      path: '/echo',
      urlParams: [
        ['store', '{{ current_user.metadata.storeId }}'],
        ['page', '{{ params.page }}'],
      ],
    },
    params: { properties: { page: { type: 'integer', default: 1 } } },
  });
  const mint = async (more: Record<string, unknown> = {}): Promise<string> =>
    (
      await send<{ embedUrl: string }>('POST', '/api/embed-url/external-user', {
        landingPageUuid: app,
        groupIds: [group],
        externalIdentifier: 'user-1',
        metadata: { storeId: 5 },
        ...more,
      })
    ).embedUrl;
  const cookieName = `__Host-pontage-${app}`;
  return {
    pontage,
    upstream,
    embedOrigin,
    app,
    group,
    cookieName,
    mint,
    async redeem(url) {
      const answer = await fetch(url, { redirect: 'manual' });
      if (answer.status !== 303) throw new Error(`redeeming: ${answer.status} ${await answer.text()}`);
      return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    },
    inside: (path, cookie, init = {}) =>
      fetch(new URL(path, embedOrigin), {
        redirect: 'manual',
        ...init,
        headers: {
          cookie,
          'pontage-app': app,
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(init.headers as Record<string, string>),
        },
      }),
    async [Symbol.asyncDispose]() {
      await pontage.stop();
      await upstream.stop();
    },
  };
}
