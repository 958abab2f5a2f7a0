import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { makeTestFolder, removeTestFolder, startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { canary, canariedResources, canaryCredentials } from './src/canaried.js';
import { runQuery, saveResource, trySaveResource, type SavedResource } from './src/save-resource.js';
import { dumpRows } from './src/dump-rows.js';
import { forms, SecretSearch, type Hit } from './src/search-secrets.js';

let upstream: Upstream;
let pontage: Pontage;
let work: string;

beforeAll(async () => {
  [upstream, work] = await Promise.all([startUpstream({ credentials: canaryCredentials() }), makeTestFolder()]);
  mkdirSync(join(work, 'tmp'));
  pontage = await startPontage({
    keepDataDir: true,
    env: {
      PONTAGE_DEMO: '0',
      PONTAGE_LOG_LEVEL: 'debug',
      PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}`,
      TMPDIR: join(work, 'tmp'),
    },
  });
}, 90_000);
afterAll(async () => {
  await pontage?.stop();
  await upstream?.stop();
  removeTestFolder(pontage.dataDir);
  removeTestFolder(work);
}, 30_000);

const secrets: string[] = [];
/** Written down in clear where anybody may read it, so that a search that finds nothing is seen to search. */
const clear = { description: canary(), requestId: canary() };
/** The same, in each form that is looked for. */
const formed = Object.fromEntries(forms.map((form) => [form, canary()]));

function inForm(form: string, text: string): string {
  const bytes = Buffer.from(text);
  if (form === 'base64') return Buffer.from(`a${text}`).toString('base64');
  if (form === 'base64url') return Buffer.from(`ab${text}`).toString('base64url');
  if (form === 'hex') return bytes.toString('hex');
  return form === 'url' ? encodeURIComponent(text) : text;
}

async function useEverything(): Promise<void> {
  for (const { label, settings, query, canaries, isVerified, headers } of canariedResources(upstream)) {
    const { id } = await saveResource(pontage, { baseUrl: upstream.url, ...settings });
    const { json } = await runQuery(pontage, id, query, headers);
    if (isVerified) expect([label, json]).toMatchObject([label, { status: 200, body: { authenticated: true } }]);
    await pontage.fetch(`/proxy/${id}/echo`, headers === undefined ? {} : { headers });
    secrets.push(...canaries);
  }
  // What token endpoints handed out.
  secrets.push(...upstream.cloud.tokens.keys());
  for (const [id, { secret, sessionToken = '' }] of upstream.cloud.awsKeys)
    if (id.startsWith('ASIA')) secrets.push(secret, sessionToken);
}

/** A secret that was replaced, one that was kept, one that was refused, a token, an embed URL and its session. */
async function changeSecrets(): Promise<void> {
  const [first, second, refused] = [canary(), canary(), canary()];
  const settings = { baseUrl: upstream.url, authentication: { method: 'bearer', token: first } };
  const { id } = await saveResource(pontage, settings);
  await ask(pontage, 'PATCH', `/api/v1/resources/${id}`, { authentication: { method: 'bearer', token: second } });
  await runQuery(pontage, id, { path: '/echo' });
  await trySaveResource(pontage, { ...settings, name: '', authentication: { method: 'bearer', token: refused } });
  const tooBroken = await trySaveResource(pontage, {
    baseUrl: 'no url',
    authentication: { method: 'bearer', token: refused },
  });
  expect(tooBroken.status).toBe(400);
  const { json: token } = await ask<{ token: string }>(pontage, 'POST', '/api/v1/tokens', {
    name: 'a token',
    scopes: ['resources:read'],
  });
  await ask(pontage, 'GET', '/api/v1/resources', undefined, { token: token.token });
  secrets.push(first, second, refused, token.token, pontage.adminToken);
}

async function writeInClear(): Promise<SavedResource> {
  const inForms = ['base64', 'base64url', 'hex', 'url', 'raw'].map((form) => inForm(form, formed[form] ?? ''));
  // Refused with a reason for the log, which names the request.
  await pontage.fetch('/api/v1/nowhere', { headers: { 'x-request-id': clear.requestId } });
  const temporary = join(work, 'tmp', 'archive');
  const compressed = formed.compressed ?? '';
  writeFileSync(temporary, Buffer.concat([Buffer.from('head'), gzipSync(compressed), Buffer.from('tail')]));
  writeFileSync(`${temporary}.z`, Buffer.concat([Buffer.from('head'), deflateSync(clear.description)]));
  writeFileSync(`${temporary}.txt`, Buffer.from(`x${formed['utf-16'] ?? ''}`, 'utf16le'));
  return saveResource(pontage, {
    baseUrl: upstream.url,
    description: [clear.description, ...inForms].join(' '),
  });
}

describe('what lies on the disk', () => {
  it('promise 5: holds no secret in any form, and the search finds what is there', async () => {
    await useEverything();
    await changeSecrets();
    await writeInClear();
    const tables = await dumpRows(pontage, join(work, 'dump.sql'));
    writeFileSync(join(work, 'output.log'), pontage.output());

    const wanted = [...new Set(secrets)];
    const search = new SecretSearch([...wanted, ...Object.values(clear), ...Object.values(formed)]);
    const live = search.folder(pontage.dataDir);
    const beside = search.folder(work);
    expect(await pontage.stop()).toBe(0);
    cpSync(pontage.dataDir, join(work, 'backup'), { recursive: true });
    const cold = search.folder(join(work, 'backup'));
    const all = [...live, ...beside, ...cold];

    const isSecret = new Set(wanted);
    // The first administrator's token is handed over in this file, and nowhere else.
    const leaks = all.filter(({ text, file }) => isSecret.has(text) && !file.endsWith('/admin-token'));
    const { files, bytes, inflated } = search.looked;
    process.stdout.write(
      `promise 5: ${wanted.length} canaries × ${forms.length} forms, ${files} files (${Math.round(bytes / 1e6)} MB, ${inflated} inflated), ${tables} tables, a cold copy: ${leaks.length} hits; control: ${controls(all).length} places\n`,
    );
    expect(leaks.map(({ text, form, file }) => `${text} as ${form} in ${file}`)).toEqual([]);
    expect(wanted.length).toBeGreaterThanOrEqual(40);
    expect(wanted.filter((text) => text.length < 16)).toEqual([]);

    // The search: each form of a text, and each kind of place.
    expect(forms.filter((form) => !all.some((hit) => hit.form === form && hit.text === formed[form]))).toEqual([]);
    expect(controls(all)).toEqual(places.map(([name]) => name));
  }, 150_000);
});

const places: [name: string, isThere: (hit: Hit) => boolean][] = [
  ['PostgreSQL’s tables', ({ file }) => /postgres[^/]*\/base\//.test(file)],
  ['PostgreSQL’s log of changes', ({ file }) => file.includes('/pg_wal/')],
  ['JetStream’s files', ({ file }) => file.startsWith(pontage.dataDir) && /\.blk$/.test(file)],
  ['the dump', ({ file }) => file.endsWith('/dump.sql')],
  [
    'the logs of the services at level debug',
    ({ file, text }) => /\/gateway[^/]*\.log$/.test(file) && text === clear.requestId,
  ],
  ['temporary files', ({ file }) => file.startsWith(join(work, 'tmp'))],
  ['the cold copy’s tables', ({ file }) => file.startsWith(join(work, 'backup')) && file.includes('/base/')],
  ['the cold copy’s streams', ({ file }) => file.startsWith(join(work, 'backup')) && /\.blk$/.test(file)],
];

/** The places in which what was written in clear was found. */
const controls = (hits: readonly Hit[]): string[] => {
  const known = new Set(Object.values({ ...clear, ...formed }));
  const ofControl = hits.filter(({ text }) => known.has(text));
  return places.filter(([, isThere]) => ofControl.some(isThere)).map(([name]) => name);
};
