import { expect } from '@jest/globals';
import type { Upstream } from '@pontage/fixtures';

/** What `/preview` answers, as far as tests look at it. */
export interface Preview {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: { readonly encoding: string; readonly value: string; readonly bytes: number } | null;
  readonly region: string;
  readonly maxRedirects: number;
  readonly credential: { readonly method: string; readonly grant: string; readonly answersChallenges: boolean } | null;
  readonly signed: Readonly<Record<string, string>>;
}

/** The values of a header in a preview. */
export const header = ({ headers }: Preview, name: string) =>
  headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);

const password = 'pä ss/w+rd=1';
const key = "k3y/v+l ue'%";
/** What is previewed of each. */
export const query = {
  method: 'POST',
  path: '/echo/a%20b?x=1',
  urlParams: [['y', '{{ params.n }}']],
  body: { type: 'form', value: [['b', '2']] },
  params: { n: 'ü' },
};

/** How each method's credential shows on the request. */
export const previewedMethods: {
  id: string;
  authentication: object;
  secrets: string[];
  shows: (shown: Preview) => void;
}[] = [
  {
    id: 'basic',
    authentication: { method: 'basic', username: 'ada', password },
    secrets: [password, `ada:${password}`],
    shows: (shown) => expect(header(shown, 'authorization')).toEqual(['Basic ***']),
  },
  {
    id: 'bearer',
    authentication: { method: 'bearer', token: 'canary-b3arer' },
    secrets: ['canary-b3arer'],
    shows: (shown) => expect(header(shown, 'authorization')).toEqual(['Bearer ***']),
  },
  {
    id: 'api-key in a header',
    authentication: { method: 'api-key', in: 'header', name: 'X-Key', value: key },
    secrets: [key],
    shows: (shown) => expect(header(shown, 'x-key')).toEqual(['***']),
  },
  {
    id: 'api-key in the query',
    authentication: { method: 'api-key', in: 'query', name: 'key', value: key },
    secrets: [key],
    shows: ({ url }) => expect(url).toMatch(/\?x=1&y=%C3%BC&key=\*\*\*$/),
  },
  {
    id: 'api-key in a cookie',
    authentication: { method: 'api-key', in: 'cookie', name: 'sid', value: 'canary-c00kie' },
    secrets: ['canary-c00kie'],
    shows: (shown) => expect(header(shown, 'cookie')).toEqual(['sid=***']),
  },
  {
    id: 'digest',
    authentication: { method: 'digest', username: 'ada', password },
    secrets: [password],
    shows: (shown) => {
      expect(header(shown, 'authorization')).toEqual([]);
      expect(shown.credential?.answersChallenges).toBe(true);
    },
  },
  {
    id: 'aws-sigv4',
    authentication: {
      method: 'aws-sigv4',
      region: 'eu-central-1',
      service: 'execute-api',
      accessKeyId: 'AKIDCANARY',
      secretAccessKey: 'canary/s3cret+key',
      sessionToken: 'canary-t0ken==',
    },
    secrets: ['AKIDCANARY', 'canary/s3cret+key', 'canary-t0ken=='],
    shows: (shown) => {
      const { canonicalRequest = '', stringToSign = '' } = shown.signed;
      expect(canonicalRequest).toMatch(/^POST\n\/echo\/a%2520b\nx=1&y=%C3%BC\naccept:\*\/\*\ncontent-type:/);
      expect(canonicalRequest).toContain('x-amz-security-token:***\n\naccept;content-type;');
      expect(stringToSign).toMatch(/^AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/eu-central-1\/execute-api\/aws4_request\n/);
      expect(header(shown, 'authorization')).toEqual([expect.stringMatching(/Credential=\*\*\*\/.*Signature=\*\*\*$/)]);
    },
  },
  {
    id: 'oauth1',
    authentication: {
      method: 'oauth1',
      consumerKey: 'shown-key',
      consumerSecret: 'canary&c%nsumer',
      accessToken: 'shown-token',
      tokenSecret: 'canary-t0ken/s',
    },
    secrets: ['canary&c%nsumer', 'canary-t0ken/s'],
    shows: (shown) => {
      expect(shown.signed['signatureBaseString']).toMatch(
        /^POST&http%3A%2F%2F127\.0\.0\.1.*b%3D2%26oauth_consumer_key/,
      );
      expect(header(shown, 'authorization')).toEqual([expect.stringContaining('oauth_signature="***"')]);
    },
  },
  {
    id: 'oauth1, PLAINTEXT',
    authentication: {
      method: 'oauth1',
      consumerKey: 'shown-key',
      consumerSecret: 'canary&c%nsumer',
      signatureMethod: 'PLAINTEXT',
    },
    secrets: ['canary&c%nsumer'],
    shows: (shown) => {
      expect(shown.signed).toEqual({});
      expect(header(shown, 'authorization')).toEqual([expect.stringContaining('oauth_signature="***"')]);
    },
  },
];

/** Methods that acquire something first, at upstreams that verify it. */
export const acquiringMethods: {
  readonly id: string;
  readonly given: (
    upstream: Upstream,
    tenant: Upstream,
  ) => { readonly authentication: object; readonly baseUrl: string; readonly path: string };
}[] = [
  {
    id: 'oauth2',
    given: (_, tenant) => ({
      authentication: {
        method: 'oauth2',
        grant: 'client_credentials',
        tokenUrl: `${tenant.url}/oauth/token`,
        clientId: tenant.cloud.auth0Client.id,
        clientSecret: tenant.cloud.auth0Client.secret,
        clientAuthentication: 'post',
        audience: tenant.cloud.auth0Client.audience,
      },
      baseUrl: tenant.url,
      path: '/auth0/orders',
    }),
  },
  {
    id: 'auth0',
    given: (_, tenant) => ({
      authentication: {
        method: 'auth0',
        domain: `127.0.0.1:${tenant.port}`,
        grant: 'client_credentials',
        clientId: tenant.cloud.auth0Client.id,
        clientSecret: tenant.cloud.auth0Client.secret,
        audience: tenant.cloud.auth0Client.audience,
      },
      baseUrl: tenant.url,
      path: '/auth0/orders',
    }),
  },
  {
    id: 'google-service-account',
    given: (upstream) => ({
      authentication: {
        method: 'google-service-account',
        key: JSON.stringify(upstream.cloud.serviceAccountKey(`${upstream.url}/google/token`)),
        scopes: ['a'],
      },
      baseUrl: upstream.url,
      path: '/google/api',
    }),
  },
  {
    id: 'aws-sigv4 with a role',
    given: (upstream) => ({
      authentication: {
        method: 'aws-sigv4',
        region: 'eu-central-1',
        accessKeyId: 'AKIDFIXTURE',
        secretAccessKey: 'fixture/s3cret+key',
        roleArn: 'arn:aws:iam::123456789012:role/orders',
        externalId: 'pontage-42',
        stsEndpoint: `${upstream.url}/sts/eu-central-1`,
      },
      baseUrl: upstream.url,
      path: '/aws/execute-api/eu-central-1/a',
    }),
  },
];
