import { startPontage, type Pontage } from '@pontage/testkit';
import type { LoadRequest } from '../load/load-request.js';
import { expectedOf, type Asked, type Target } from './target.js';
import { bodies, token, tokenPath } from './upstream.js';

/** How Pontage authenticates to the upstream. */
export type Method = 'bearer' | 'sigv4' | 'oauth';

/** A Pontage that runs, and the ways through it. */
export interface PontageUnderLoad {
  readonly pontage: Pontage;
  target(way: 'proxy' | 'query', method: Method): Target;
}

const region = 'us-west-2';
const onThePath = ['gateway', 'query-proxy', 'egress-worker', 'nats'];

/** Boots all of it as `npm start` does, without the demo, and sets up a resource for each method. */
export async function startPontageUnderLoad(upstreamPort: number): Promise<PontageUnderLoad> {
  const pontage = await startPontage({
    env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstreamPort}` },
  });
  try {
    const apiToken = await setUp(pontage, upstreamPort);
    const processes = pontage.processes().processes.filter(({ service }) => service !== 'launcher');
    const isOnPath = ({ service, region: of }: { service: string; region: string | null }): boolean =>
      onThePath.includes(service) && (of === null || of === region);
    const named = (those: typeof processes): Map<string, number> =>
      new Map(those.map(({ service, region: of, pid }) => [of === null ? service : `${service} ${of}`, pid]));
    return {
      pontage,
      target: (way, method) => ({
        name: `Pontage /${way}, ${method}`,
        requestFor: (asked) => requestThrough[way](pontage.url, apiToken, method, asked),
        path: named(processes.filter(isOnPath)),
        beside: named(processes.filter((each) => !isOnPath(each))),
      }),
    };
  } catch (error) {
    await pontage.stop();
    throw error;
  }
}

async function setUp(pontage: Pontage, upstreamPort: number): Promise<string> {
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const authentications: Record<Method, object> = {
    bearer: { method: 'bearer', token },
    sigv4: {
      method: 'aws-sigv4',
      region: 'eu-central-1',
      service: 'execute-api',
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    },
    oauth: {
      method: 'oauth2',
      grant: 'client_credentials',
      tokenUrl: `${upstream}/${tokenPath}`,
      clientId: 'bench',
      clientSecret: 'bench-secret',
    },
  };
  for (const [name, authentication] of Object.entries(authentications)) {
    const json = { name, baseUrl: `${upstream}/${name}`, region, authentication };
    await created(pontage, '/api/v1/resources', json);
  }
  const json = { name: 'bench', scopes: ['queries:run'] };
  return ((await created(pontage, '/api/v1/tokens', json)) as { token: string }).token;
}

async function created(pontage: Pontage, path: string, json: object): Promise<unknown> {
  const answer = await pontage.fetch(path, { method: 'POST', json });
  if (answer.status !== 201) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

type RequestThrough = (url: string, apiToken: string, resource: string, asked: Asked) => LoadRequest;

const requestThrough: Readonly<Record<'proxy' | 'query', RequestThrough>> = {
  proxy: (url, apiToken, resource, asked) => ({
    url: `${url}/proxy/${resource}/${asked}`,
    method: 'GET',
    headers: ['authorization', `Bearer ${apiToken}`],
    expected: expectedOf(asked),
  }),
  query: (url, apiToken, resource, asked) => ({
    url: `${url}/api/v1/resources/${resource}/query`,
    method: 'POST',
    headers: ['authorization', `Bearer ${apiToken}`, 'content-type', 'application/json'],
    body: JSON.stringify({ method: 'GET', path: `/${asked}` }),
    expected: { holding: `"body":${asked === 'stream' ? '' : bodies[asked]}` },
  }),
};
