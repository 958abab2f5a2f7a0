import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { certificate, type Upstream } from '@pontage/fixtures';

/** A resource whose every secret is a canary, and a query that uses them. */
export interface Canaried {
  readonly label: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Of what is saved. */
  readonly canaries: readonly string[];
  /** What the upstream finds good is answered with `authenticated: true`. */
  readonly isVerified: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A text that stands nowhere by chance. */
export const canary = (): string => `canary-${randomBytes(18).toString('base64url')}`;

/** A private key, and a line of it that stands nowhere by chance. */
export function canaryKey(): { pem: string; canary: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { pem, canary: pem.split('\n')[5] ?? '' };
}

/** The credentials of an upstream whose fixed ones are canaries. */
export const canaryCredentials = () => ({
  bearer: canary(),
  basic: { username: 'ada', password: canary() },
  apiKey: { name: 'X-Api-Key', value: canary() },
});

const echo = { path: '/echo' };
const posted = { method: 'POST', path: '/echo', body: { type: 'json', value: { a: 1 } } };

/** One resource per auth method and way to use it, and some for the sealed values of each kind. */
export function canariedResources(upstream: Upstream): Canaried[] {
  return [...fixed(upstream), ...signing(upstream), ...acquiring(upstream), ...sealed()];
}

function fixed({ credentials }: Upstream): Canaried[] {
  const { bearer, basic, apiKey } = credentials;
  const [inQuery, inCookie, digest, cookie] = [canary(), canary(), canary(), canary()];
  const of = (label: string, authentication: object, secret: string, query: object, isVerified = false): Canaried => ({
    label,
    settings: { authentication },
    query: { ...query },
    canaries: [secret],
    isVerified,
  });
  return [
    of('basic', { method: 'basic', ...basic }, basic.password, { path: '/auth/basic' }, true),
    of('bearer', { method: 'bearer', token: bearer }, bearer, { path: '/auth/bearer' }, true),
    of('api-key header', { method: 'api-key', in: 'header', ...apiKey }, apiKey.value, { path: '/auth/api-key' }, true),
    of('api-key query', { method: 'api-key', in: 'query', name: 'key', value: inQuery }, inQuery, echo),
    of('api-key cookie', { method: 'api-key', in: 'cookie', name: 'sid', value: inCookie }, inCookie, echo),
    of('digest', { method: 'digest', username: 'ada', password: digest }, digest, echo),
    {
      ...of('session', { method: 'session', cookiesToForward: ['sid'] }, cookie, { path: '/cookies' }),
      headers: { cookie: `sid=${cookie}` },
    },
  ];
}

function signing({ cloud, url }: Upstream): Canaried[] {
  const [consumer, token, plain, plainToken, secretKey, session] = Array.from({ length: 6 }, canary);
  const oauth1 = { method: 'oauth1', consumerKey: 'ck', accessToken: 'at' };
  cloud.awsKeys.set('AKIDCANARIED', { secret: secretKey ?? '', sessionToken: session ?? '' });
  const key = cloud.serviceAccountKey(`${url}/google/token`);
  const line = key.private_key?.split('\n')[5] ?? '';
  return [
    {
      label: 'oauth1',
      settings: {
        authentication: { ...oauth1, signatureMethod: 'HMAC-SHA256', consumerSecret: consumer, tokenSecret: token },
      },
      query: posted,
      canaries: [consumer ?? '', token ?? ''],
      isVerified: false,
    },
    {
      label: 'oauth1 in plain text',
      settings: {
        authentication: { ...oauth1, signatureMethod: 'PLAINTEXT', consumerSecret: plain, tokenSecret: plainToken },
      },
      query: echo,
      canaries: [plain ?? '', plainToken ?? ''],
      isVerified: false,
    },
    {
      label: 'aws-sigv4',
      settings: {
        authentication: {
          method: 'aws-sigv4',
          region: 'eu-central-1',
          accessKeyId: 'AKIDCANARIED',
          secretAccessKey: secretKey,
          sessionToken: session,
        },
      },
      query: { path: '/aws/execute-api/eu-central-1/x' },
      canaries: [secretKey ?? '', session ?? ''],
      isVerified: true,
    },
    {
      label: 'google-service-account, self-signed',
      settings: { authentication: { method: 'google-service-account', key: JSON.stringify(key) } },
      query: { path: '/google/api' },
      canaries: [line],
      isVerified: true,
    },
  ];
}

/** Methods that ask a token endpoint; what it hands out is secret, too. */
function acquiring({ cloud, url, port }: Upstream): Canaried[] {
  const [role, client, wrong, tenant] = Array.from({ length: 4 }, canary);
  const [own, auth0] = [canaryKey(), canaryKey()];
  cloud.awsKeys.set('AKIDROLE', { secret: role ?? '' });
  cloud.auth0Client.secret = client ?? '';
  const key = cloud.serviceAccountKey(`${url}/google/token`);
  const line = key.private_key?.split('\n')[7] ?? '';
  const oauth2 = {
    method: 'oauth2',
    grant: 'client_credentials',
    tokenUrl: `${url}/oauth/token`,
    clientId: cloud.auth0Client.id,
    audience: cloud.auth0Client.audience,
  };
  const domain = { method: 'auth0', grant: 'client_credentials', domain: `127.0.0.1:${port}`, clientId: 'm2m' };
  const google = { method: 'google-service-account', key };
  const of = (
    label: string,
    authentication: object,
    secret: string | undefined,
    path: string,
    isVerified: boolean,
  ) => ({
    label,
    settings: { authentication },
    query: { path },
    canaries: [secret ?? ''],
    isVerified,
  });
  return [
    of(
      'aws-sigv4 with a role',
      {
        method: 'aws-sigv4',
        region: 'eu-central-1',
        accessKeyId: 'AKIDROLE',
        secretAccessKey: role,
        roleArn: 'arn:aws:iam::123456789012:role/orders',
        externalId: 'pontage-42',
        stsEndpoint: `${url}/sts/eu-central-1`,
      },
      role,
      '/aws/execute-api/eu-central-1/x',
      true,
    ),
    of('google, access token', { ...google, scopes: ['https://g/auth'] }, line, '/google/api', true),
    of('google, ID token', { ...google, idTokenAudience: 'https://run' }, line, '/google/api', true),
    of('oauth2', { ...oauth2, clientSecret: client }, client, '/auth0/orders', true),
    of(
      'oauth2, post',
      { ...oauth2, clientSecret: client, clientAuthentication: 'post' },
      client,
      '/auth0/orders',
      true,
    ),
    of('oauth2, refused', { ...oauth2, clientSecret: wrong }, wrong, '/echo', false),
    of(
      'oauth2, private key',
      { ...oauth2, clientAuthentication: 'private_key_jwt', privateKey: own.pem },
      own.canary,
      '/echo',
      false,
    ),
    of('auth0', { ...domain, clientSecret: tenant }, tenant, '/echo', false),
    of(
      'auth0, private key',
      { ...domain, clientAuthentication: 'private_key_jwt', privateKey: auth0.pem },
      auth0.canary,
      '/echo',
      false,
    ),
  ];
}

/** Sealed values of each kind; one has every character that some spelling changes. */
function sealed(): Canaried[] {
  const awkward = `canary "${randomUUID()}" +/%&ä\\`;
  const [h1, h2, u1, u2, b1, b2, c1, c2, authorization, templated] = Array.from({ length: 10 }, canary);
  const { cert, key } = certificate('localhost');
  return [
    {
      label: 'sealed values',
      settings: {
        headers: [
          ['X-One', { secret: h1 }],
          ['X-Two', { secret: h2 }],
          ['Authorization', `Basic ${authorization}`],
        ],
        urlParams: [
          ['one', { secret: u1 }],
          ['two', { secret: u2 }],
          ['three', { secret: `${templated}{{ params.tail }}` }],
        ],
        body: [
          ['one', { secret: b1 }],
          ['two', { secret: b2 }],
          ['three', { secret: awkward }],
        ],
        cookies: [
          ['one', { secret: c1 }],
          ['two', { secret: c2 }],
        ],
      },
      query: { ...posted, params: { tail: '!' } },
      canaries: [h1, h2, authorization, u1, u2, templated, b1, b2, awkward, c1, c2].map((text) => text ?? ''),
      isVerified: false,
    },
    {
      label: 'client key',
      settings: { tls: { clientCertificate: cert, clientKey: key } },
      query: echo,
      canaries: [key.split('\n')[2] ?? ''],
      isVerified: false,
    },
  ];
}
