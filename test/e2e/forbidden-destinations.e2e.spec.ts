import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startListener, type Listener } from '@pontage/fixtures';
import { figure, startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { last, testUnsaved } from './src/tested.js';

let pontage: Pontage;
/** What nobody may reach. */
let inside: Listener;
let spelled: readonly string[];

beforeAll(async () => {
  inside = await startListener();
  spelled = spellingsAt(inside.port);
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0' } });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await inside?.stop();
}, 30_000);

/** Every spelling of an address that is forbidden; those of our own machine at this port. */
function spellingsAt(port: number): string[] {
  const url = new URL('../../libs/egress-policy/spellings/forbidden.json', import.meta.url);
  const table = JSON.parse(readFileSync(url, 'utf8')) as Record<string, (string | [string, string[]])[]>;
  return Object.entries(table).flatMap(([kind, each]) =>
    each.flatMap((one) => (typeof one !== 'string' ? [] : kind.startsWith('IPv') ? [atPort(one, port)] : [one])),
  );
}
const atPort = (url: string, port: number): string => url.replace(/^(http:\/\/.+?)(?::\d+)?\/(.*)$/, `$1:${port}/$2`);

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const googleKey = {
  type: 'service_account',
  client_email: 'a@b.iam.gserviceaccount.com',
  private_key_id: 'k',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
};
const client = { method: 'oauth2', grant: 'client_credentials', clientId: 'c', clientSecret: 's' };
const aws = {
  method: 'aws-sigv4',
  region: 'us-east-1',
  service: 's3',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 's',
  roleArn: 'arn:aws:iam::123456789012:role/r',
};
/** Nobody has an address there: only what the field names could be reached. */
const elsewhere = { baseUrl: 'http://upstream.invalid' };
/** Each field that holds a URL which is asked for something. */
const fields: Record<string, (url: string) => object> = {
  'base URL': (baseUrl) => ({ baseUrl }),
  'token URL': (tokenUrl) => ({ ...elsewhere, authentication: { ...client, tokenUrl } }),
  issuer: (issuer) => ({ ...elsewhere, authentication: { ...client, issuer } }),
  "token URI of Google's key": (uri) => ({
    ...elsewhere,
    authentication: { method: 'google-service-account', key: { ...googleKey, token_uri: uri }, scopes: ['a'] },
  }),
  'endpoint of STS': (stsEndpoint) => ({
    ...elsewhere,
    authentication: { ...aws, stsEndpoint },
  }),
  // It has to be on the origin of the base URL.
  'verification URL': (verificationUrl) => ({
    baseUrl: verificationUrl,
    authentication: { method: 'session', cookiesToForward: ['sid'], verificationUrl },
  }),
};

/** Those that a test asks itself, and not to acquire a credential. */
const byUrl: ReadonlySet<string> = new Set(['base URL', 'verification URL']);

/** What became of each spelling, counted; some at a time. */
async function endingsOf(urls: readonly string[], endingOf: (url: string) => Promise<string>) {
  const endings: Record<string, number> = {};
  const left = [...urls];
  const next = async (): Promise<void> => {
    for (let url = left.shift(); url !== undefined; url = left.shift()) {
      const ending = await endingOf(url);
      endings[ending] = (endings[ending] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 6 }, next));
  return endings;
}

let count = 0;
/** Saves a resource and uses it. */
async function saved(field: string, resource: object): Promise<string> {
  const name = `forbidden-${(count += 1)}`;
  const created = await ask(pontage, 'POST', '/api/v1/resources', { name, ...resource });
  if (created.status !== 201) return `not saved: ${created.json.code}`;
  const path = `/api/v1/resources/${name}`;
  const { status, json } =
    field === 'verification URL'
      ? await ask(pontage, 'GET', `${path}/auth`, undefined, { headers: { cookie: 'sid=1' } })
      : await ask(pontage, 'POST', `${path}/query`, { path: '/' });
  return `${status} ${json.code ?? JSON.stringify(json)}`;
}

async function tested(resource: object): Promise<string> {
  const { status, json } = await testUnsaved(pontage, resource);
  if (status !== 200) return `refused: ${json.code}`;
  const { ok, name, detail } = last(json) ?? {};
  return `${ok} ${name} ${detail}`;
}

describe('no forbidden address is reached in any spelling (promise 1)', () => {
  it.each(Object.entries(fields))(
    'as %s: saved and used, and in a test of the connection',
    async (field, resourceOf) => {
      const used = await endingsOf(spelled, (url) => saved(field, resourceOf(url)));
      const tests = await endingsOf(spelled, (url) => tested(resourceOf(url)));
      figure(
        `promise 1, ${field}: ${spelled.length} forbidden spellings, ${inside.connections} connections; used: ${JSON.stringify(used)}; tested: ${JSON.stringify(tests)}`,
      );
      expect(spelled.length).toBeGreaterThan(230);
      expect(Object.keys(used).sort()).toEqual(['403 destination-denied', 'not saved: invalid-request']);
      expect(Object.keys(tests).sort()).toEqual([
        `false ${byUrl.has(field) ? 'policy T' : 'authenticate While the credential was acquired: T'}he egress policy forbids this destination.`,
        'refused: invalid-request',
      ]);
      expect(inside.connections).toBe(0);
    },
    120_000,
  );
});
