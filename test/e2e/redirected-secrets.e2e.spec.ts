import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  headerOf,
  startDigestServer,
  startUpstream,
  type DigestServer,
  type ReceivedRequest,
  type Upstream,
} from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { canariedResources, canary, canaryCredentials, type Canaried } from './src/canaried.js';
import { runQuery, saveResource } from './src/save-resource.js';
import { SecretSearch } from './src/search-secrets.js';

/** Something secret on a request, and how it shows at the upstream that may have it. */
interface Carried {
  readonly label: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set on the query itself. */
  readonly query?: Readonly<Record<string, unknown>>;
  /** What must not be seen anywhere else; besides, no header or parameter that carries it. */
  readonly secrets: readonly string[];
  readonly carriers: readonly string[];
  /** A path on the same origin that verifies what was sent. */
  readonly verifiedAt?: string;
}

const statuses = [301, 302, 303, 307, 308];
let upstream: Upstream;
let otherPort: Upstream;
let otherScheme: Upstream;
let digest: DigestServer;
let pontage: Pontage;
const password = canary();

beforeAll(async () => {
  [upstream, otherPort, otherScheme, digest] = await Promise.all([
    startUpstream({ credentials: canaryCredentials() }),
    startUpstream(),
    startUpstream({ certificate: 'localhost' }),
    startDigestServer({ username: 'ada', password }),
  ]);
  pontage = await startPontage({
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_EGRESS_ALLOW: '127.0.0.0/8',
      NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('../../examples/verifying-apis/certificates/ca.pem', import.meta.url)),
    },
  });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await Promise.all([upstream, otherPort, otherScheme, digest].map((each) => each?.stop()));
}, 30_000);

/** Everything that carries a secret, on a GET. */
function carried(): Carried[] {
  const made = canariedResources(upstream);
  const of = (label: string, carriers: string[], more: Partial<Carried> = {}): Carried => {
    const found = made.find((each) => each.label === label);
    if (found === undefined) throw new Error(`no ${label}`);
    return { label, settings: found.settings, secrets: found.canaries, carriers, ...headersOf(found), ...more };
  };
  const [proxy, custom, accept, own] = [canary(), canary(), canary(), canary()];
  return [
    of('bearer', ['authorization'], { verifiedAt: '/auth/bearer' }),
    of('basic', ['authorization'], { verifiedAt: '/auth/basic' }),
    of('api-key header', ['x-api-key'], { verifiedAt: '/auth/api-key' }),
    of('api-key query', ['?key']),
    of('api-key cookie', ['cookie']),
    of('session', ['cookie']),
    of('oauth1', ['authorization']),
    of('oauth1 in plain text', ['authorization']),
    of('aws-sigv4', ['authorization', 'x-amz-security-token', 'x-amz-date'], {
      verifiedAt: '/aws/execute-api/eu-central-1/x',
    }),
    of('aws-sigv4 with a role', ['authorization', 'x-amz-security-token'], {
      verifiedAt: '/aws/execute-api/eu-central-1/x',
    }),
    of('google-service-account, self-signed', ['authorization'], { verifiedAt: '/google/api' }),
    of('google, access token', ['authorization'], { verifiedAt: '/google/api' }),
    of('oauth2', ['authorization'], { verifiedAt: '/auth0/orders' }),
    of('sealed values', ['authorization', 'x-one', 'x-two', 'cookie', '?one', '?two', '?three'], {
      query: { params: { tail: '!' } },
    }),
    {
      label: 'sealed values that look harmless',
      settings: {
        headers: [
          ['Accept', { secret: accept }],
          ['User-Agent', { secret: custom }],
          ['Accept-Language', { secret: proxy }],
        ],
      },
      secrets: [proxy, custom, accept],
      carriers: [],
    },
    {
      label: "the caller's own headers",
      settings: {},
      query: {
        headers: [
          ['X-API-Key', own],
          ['X-Custom-Auth', own],
          ['X-Amz-Security-Token', own],
        ],
      },
      secrets: [own],
      carriers: ['x-api-key', 'x-custom-auth', 'x-amz-security-token'],
    },
    {
      label: 'forwarded cookies',
      settings: { forwardAllCookies: true },
      headers: { cookie: `mine=${own}` },
      secrets: [own],
      carriers: ['cookie'],
    },
  ];
}

const headersOf = ({ headers }: Canaried): Partial<Carried> => (headers === undefined ? {} : { headers });

/** Other origins: another port, another host on the same port, another scheme. */
const elsewhere = (): { change: string; url: string; requests: () => readonly ReceivedRequest[] }[] => [
  { change: 'port', url: otherPort.url, requests: () => otherPort.requests },
  {
    change: 'host',
    url: `http://localhost:${upstream.port}`,
    requests: () => upstream.requests.filter((each) => headerOf(each, 'host')?.startsWith('localhost') === true),
  },
  { change: 'scheme', url: otherScheme.url, requests: () => otherScheme.requests },
];

const forget = (): void => [upstream, otherPort, otherScheme].forEach((each) => each.forget());
const redirect = (to: string, status: number): string => `/redirect?status=${status}&to=${encodeURIComponent(to)}`;
const parameter = (request: ReceivedRequest, name: string): boolean =>
  new URL(request.target, 'http://x').searchParams.has(name);
const carries = (request: ReceivedRequest, carrier: string): boolean =>
  carrier.startsWith('?') ? parameter(request, carrier.slice(1)) : headerOf(request, carrier) !== undefined;
const issued = (): string[] => [
  ...upstream.cloud.tokens.keys(),
  ...[...upstream.cloud.awsKeys.values()].flatMap(({ secret, sessionToken = '' }) => [secret, sessionToken]),
];
const seenIn = (requests: readonly ReceivedRequest[], secrets: readonly string[]): string[] => [
  ...new Set(
    new SecretSearch([...secrets, ...issued()].filter((text) => text.length > 3))
      .bytes(Buffer.from(JSON.stringify(requests.map((each) => ({ ...each, body: each.body.toString() })))), '')
      .map(({ text }) => text),
  ),
];

describe('promise 34: a redirect', () => {
  it('takes nothing secret along to another scheme, host or port', async () => {
    const leaks: unknown[] = [];
    let arrivals = 0;
    const kinds = carried();
    const changes = elsewhere().flatMap((other) => statuses.map((status) => ({ ...other, status })));
    for (const each of kinds) {
      const { id } = await saveResource(pontage, { baseUrl: upstream.url, ...each.settings });
      for (const { change, url, requests, status } of changes) {
        forget();
        const path = redirect(`${url}/echo?one=x`, status);
        const { json } = await runQuery(pontage, id, { path, ...each.query }, each.headers);
        expect([each.label, change, status, json.status]).toEqual([each.label, change, status, 200]);
        const there = requests();
        arrivals += there.length;
        const found = seenIn(there, each.secrets);
        const carriers = there.flatMap((request) =>
          each.carriers.filter((name) => name !== '?one' && carries(request, name)),
        );
        if (found.length > 0 || carriers.length > 0) leaks.push([each.label, change, status, found, carriers]);
      }
    }
    const cases = kinds.length * changes.length;
    process.stdout.write(
      `promise 34: ${kinds.length} kinds of secrets × 3 changes of origin × ${statuses.length} statuses: ${arrivals} of ${cases} redirects followed, ${leaks.length} secrets sent\n`,
    );
    expect(leaks).toEqual([]);
    expect(arrivals).toBe(cases);
  }, 120_000);

  it('that would send a body again to another origin is not followed', async () => {
    const secret = canary();
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, body: [['key', { secret }]] });
    const counts = { followed: 0, withBody: 0, leaks: 0, cases: 0 };
    for (const { url, requests } of elsewhere()) {
      for (const status of statuses) {
        forget();
        const body = { type: 'json', value: { mine: 1 } };
        const { json } = await runQuery(pontage, id, { method: 'POST', path: redirect(`${url}/echo`, status), body });
        // 307 and 308 would send it: the answer is the caller's to see.
        expect([status, json.status]).toEqual([status, status >= 307 ? status : 200]);
        const there = requests();
        counts.cases += 1;
        counts.followed += there.length;
        counts.withBody += there.filter(({ bodyBytes }) => bodyBytes > 0).length;
        counts.leaks += seenIn(there, [secret]).length;
      }
    }
    process.stdout.write(
      `promise 34: ${counts.cases} redirected POSTs with a secret in the body: ${counts.followed} followed as GET, ${counts.withBody} bodies and ${counts.leaks} secrets sent\n`,
    );
    expect(counts).toEqual({ cases: 15, followed: 9, withBody: 0, leaks: 0 });
  }, 60_000);

  it("through /proxy takes none of the caller's headers along, and Proxy-Authorization goes nowhere at all", async () => {
    const [sealed, own, proxy] = [canary(), canary(), canary()];
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, headers: [['X-Sealed', { secret: sealed }]] });
    const headers = { 'x-api-key': own, 'x-custom-auth': own, cookie: `sid=${own}`, 'proxy-authorization': proxy };
    let followed = 0;
    let leaks = 0;
    forget();
    for (const { url, requests } of elsewhere()) {
      for (const status of statuses) {
        const before = requests().length;
        const answer = await pontage.fetch(`/proxy/${id}${redirect(`${url}/echo`, status)}`, { headers });
        expect([status, answer.status]).toEqual([status, 200]);
        followed += requests().length - before;
      }
      leaks += seenIn(requests(), [sealed, own, proxy]).length;
    }
    const atFirst = upstream.requests.filter((each) => headerOf(each, 'host')?.startsWith('127') === true);
    expect(seenIn(atFirst, [proxy])).toEqual([]);
    expect(seenIn(atFirst, [sealed, own]).sort()).toEqual([own, sealed].sort());
    process.stdout.write(
      `promise 34: /proxy with the caller's headers: ${followed} redirects followed, ${leaks} secrets sent, Proxy-Authorization sent 0 times\n`,
    );
    expect([followed, leaks]).toEqual([15, 0]);
  }, 60_000);

  it('on the same origin keeps what was there, and signs anew', async () => {
    let kept = 0;
    let verified = 0;
    const kinds = carried();
    for (const each of kinds) {
      const { id } = await saveResource(pontage, { baseUrl: upstream.url, ...each.settings });
      for (const status of statuses) {
        forget();
        const to = each.verifiedAt ?? '/echo';
        const { json } = await runQuery(pontage, id, { path: redirect(to, status), ...each.query }, each.headers);
        expect([each.label, status, json.status]).toEqual([each.label, status, 200]);
        const last = upstream.requests.at(-1);
        const missing = each.carriers.filter((name) => last === undefined || !carries(last, name));
        expect([each.label, missing]).toEqual([each.label, []]);
        if (each.verifiedAt !== undefined) {
          expect([each.label, json.body]).toMatchObject([each.label, { authenticated: true }]);
          verified += 1;
        } else kept += 1;
      }
    }
    const body = { type: 'json', value: { mine: 1 } };
    const secret = canary();
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, body: [['key', { secret }]] });
    for (const status of [307, 308]) {
      await runQuery(pontage, id, { method: 'POST', path: redirect('/echo', status), body });
      expect(upstream.requests.at(-1)?.body.toString()).toContain(secret);
      kept += 1;
    }
    process.stdout.write(`promise 34: on the same origin ${verified} verified by the upstream, ${kept} kept, 0 lost\n`);
    expect(verified).toBe(40);
  }, 90_000);

  it('challenges Digest anew on the same origin, and its answer goes to no other', async () => {
    const authentication = { method: 'digest', username: 'ada', password };
    const { id } = await saveResource(pontage, { baseUrl: digest.url, authentication });
    for (const status of statuses) {
      const { json } = await runQuery(pontage, id, { path: `/moved?status=${status}&to=/there` });
      expect([status, json.status]).toEqual([status, 200]);
    }
    const proofs = digest.requests.map(({ authorization }) => authorization).filter((text) => text !== undefined);
    expect(new Set(proofs).size).toBe(proofs.length);
    let sent = 0;
    for (const { url, requests } of elsewhere().filter(({ change }) => change !== 'host')) {
      for (const status of statuses) {
        forget();
        await runQuery(pontage, id, { path: `/moved?status=${status}&to=${encodeURIComponent(`${url}/echo`)}` });
        sent += requests().filter((each) => headerOf(each, 'authorization') !== undefined).length;
        expect(requests()).toHaveLength(1);
      }
    }
    process.stdout.write(
      `promise 34: Digest: ${statuses.length} redirects on the same origin with ${proofs.length} proofs, each one made anew; ${sent} of 10 sent to another origin\n`,
    );
    expect(sent).toBe(0);
  }, 60_000);
});
