import type { Cloud } from '../cloud/cloud.js';
import type { Credentials } from '../fixed/fixed-behaviours.js';
import { oauth1Credentials } from '../signing/oauth1-server.js';

/** An account at one of the APIs, as its owner would enter it in Pontage. */
export interface Account {
  readonly title: string;
  readonly baseUrl: string;
  readonly authentication: Readonly<Record<string, unknown>>;
  /** Fields of the authentication that make it a wrong one; null where nothing can be wrong. */
  readonly wrong: Readonly<Record<string, unknown>> | null;
  /** What a caller has to bring along. */
  readonly cookie?: string;
}

/** Who the APIs let in, besides the accounts of the clouds. */
export interface KnownCallers {
  readonly fixed: Credentials;
  readonly digest: { readonly username: string; readonly password: string };
}

/** Where the APIs are. */
export interface Places {
  /** The origin of all but the tenant. */
  readonly url: string;
  /** Host and port of the Auth0 tenant, which is on HTTPS. */
  readonly tenant: string;
}

/** One account for each way to be recognised. */
export function accountsAt(places: Places, known: KnownCallers, cloud: Cloud): Account[] {
  return [...fixedAccounts(places, known), ...signedAccounts(places, known, cloud), ...tokenAccounts(places, cloud)];
}

function fixedAccounts({ url }: Places, { fixed }: KnownCallers): Account[] {
  const { apiKey, basic, bearer, sessionCookie } = fixed;
  const key = (place: string): Account => ({
    title: `api-key, ${place}`,
    baseUrl: `${url}/auth/api-key?in=${place}`,
    authentication: { method: 'api-key', in: place, name: apiKey.name, value: apiKey.value },
    wrong: { value: 'guess' },
  });
  return [
    { title: 'none', baseUrl: `${url}/anonymous`, authentication: { method: 'none' }, wrong: null },
    ...['header', 'query', 'cookie'].map(key),
    {
      title: 'basic',
      baseUrl: `${url}/auth/basic`,
      authentication: { method: 'basic', ...basic },
      wrong: { password: 'guess' },
    },
    {
      title: 'bearer',
      baseUrl: `${url}/auth/bearer`,
      authentication: { method: 'bearer', token: bearer },
      wrong: { token: 'guess' },
    },
    {
      title: 'session',
      baseUrl: `${url}/signed-in`,
      authentication: { method: 'session', cookiesToForward: [sessionCookie.name] },
      wrong: { cookiesToForward: ['another'] },
      cookie: `theme=dark; ${sessionCookie.name}=${sessionCookie.value}`,
    },
  ];
}

function signedAccounts({ url }: Places, { digest }: KnownCallers, cloud: Cloud): Account[] {
  const [[accessKeyId, { secret: secretAccessKey }]] = [...cloud.awsKeys] as [[string, { secret: string }]];
  const [[roleArn, { externalId }]] = [...cloud.roles] as [[string, { externalId: string }]];
  const region = 'eu-central-1';
  const aws = {
    baseUrl: `${url}/aws/execute-api/${region}`,
    authentication: { method: 'aws-sigv4', region, accessKeyId, secretAccessKey },
  };
  return [
    {
      title: 'digest',
      baseUrl: `${url}/digest`,
      authentication: { method: 'digest', ...digest },
      wrong: { password: 'guess' },
    },
    { title: 'aws-sigv4, keys', ...aws, wrong: { secretAccessKey: 'guess' } },
    {
      title: 'aws-sigv4, role',
      baseUrl: aws.baseUrl,
      authentication: { ...aws.authentication, roleArn, externalId, stsEndpoint: `${url}/sts/${region}` },
      wrong: { externalId: 'guess' },
    },
    {
      title: 'oauth1',
      baseUrl: `${url}/oauth1`,
      authentication: { method: 'oauth1', ...oauth1Credentials, signatureMethod: 'HMAC-SHA256' },
      wrong: { tokenSecret: 'guess' },
    },
  ];
}

function tokenAccounts({ url, tenant }: Places, cloud: Cloud): Account[] {
  const key = cloud.serviceAccountKey(`${url}/google/token`);
  const google = (title: string, more: object): Account => ({
    title: `google-service-account, ${title}`,
    baseUrl: `${url}/google/api`,
    authentication: { method: 'google-service-account', key, ...more },
    wrong: { key: { ...key, client_email: 'nobody@fixture.iam.gserviceaccount.com' } },
  });
  const { id: clientId, secret: clientSecret, audience } = cloud.auth0Client;
  return [
    google('scopes', { scopes: ['https://www.googleapis.com/auth/pubsub'] }),
    google('ID token', { idTokenAudience: 'https://run.example.com' }),
    google('self-signed', {}),
    {
      title: 'auth0',
      baseUrl: `${url}/auth0`,
      authentication: {
        method: 'auth0',
        domain: tenant,
        grant: 'client_credentials',
        clientId,
        clientSecret,
        audience,
      },
      wrong: { clientSecret: 'guess' },
    },
  ];
}
