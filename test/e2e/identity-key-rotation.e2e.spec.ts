import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { figure, startPontage, type Pontage } from '@pontage/testkit';
import { ask } from './src/ask.js';
import { inDatabase } from './src/database.js';
import { saveResource, type SavedResource } from './src/save-resource.js';
import { startVerifier, type Verifier } from './src/upstreams/identity-verifier.js';

/** What an hour of a verifier's memory is here: a key is published for so much longer before it signs. */
const keepKeysMs = 1_000;
let pontage: Pontage;
let verifier: Verifier;
let resource: SavedResource;

beforeAll(async () => {
  pontage = await startPontage({ env: { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: '127.0.0.0/8' } });
  verifier = await startVerifier(pontage.url, keepKeysMs);
  resource = await saveResource(pontage, {
    baseUrl: verifier.url,
    identityHeader: { name: 'Pontage-Identity', claims: ['externalIdentifier'] },
  });
  verifier.expect(resource.id);
}, 120_000);
afterAll(async () => {
  await pontage?.stop();
  await verifier?.stop();
}, 30_000);

/** As if so many days had passed for the keys. */
const age = (days: number) =>
  inDatabase(pontage, (client) =>
    client.query(`UPDATE auth_broker.identity_key SET signs_from = signs_from - $1 * interval '1 day'`, [days]),
  );
const published = async (): Promise<string[]> =>
  (
    await ask<{ keys: { kid: string }[] }>(pontage, 'GET', '/.well-known/jwks.json', undefined, { token: null })
  ).json.keys.map(({ kid }) => kid);
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 30_000; !(await isSo());) {
    if (performance.now() > deadline) throw new Error('it does not come to that');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a rotation of the identity key', () => {
  it('under load fails no verification, at a verifier that reads the keys again in time', async () => {
    let isOver = false;
    let [sent, failed] = [0, 0];
    const callers = Array.from({ length: 4 }, async (_, caller) => {
      for (let count = 0; !isOver; count += 1) {
        // Half of them are new each time, so that tokens are signed all along; the others go on with what they have.
        const user = count % 2 === 0 ? `old-${caller}` : `new-${caller}-${count}`;
        const path = `/api/v1/resources/${resource.id}/query`;
        const headers = { 'pontage-user': user };
        const { json } = await ask<{ status: number; body: { sub?: string } }>(pontage, 'POST', path, {}, { headers });
        sent += 1;
        if (json.status !== 200 || json.body.sub !== `external:${user}`) failed += 1;
      }
    });
    const [first] = await published();
    await until(() => verifier.verified > 20);
    await age(29);
    await until(async () => (await published()).length === 2);
    const [second] = (await published()).filter((kid) => kid !== first);
    // A day, by the measure of this verifier.
    const known = performance.now();
    await until(() => performance.now() - known > 3 * keepKeysMs);
    expect([...verifier.keyIds]).toEqual([first]);
    await age(1);
    await until(() => verifier.keyIds.has(second ?? ''));
    const after = verifier.verified;
    await until(() => verifier.verified > after + 20);
    isOver = true;
    await Promise.all(callers);
    figure(
      `rotation of the identity key: ${sent} queries of ${verifier.keyIds.size} keys while it went on, ${failed} failed, ${verifier.refused.length} not verified`,
    );
    expect([failed, verifier.refused]).toEqual([0, []]);
    expect(await published()).toEqual(expect.arrayContaining([first, second]));
    // Another day: nobody needs the old one any more.
    await age(1);
    await until(async () => (await published()).length === 1);
    expect(await published()).toEqual([second]);
  }, 120_000);
});

describe('the published keys', () => {
  it('are for everybody to keep for minutes, and hold nothing that signs', async () => {
    const answer = await pontage.fetch('/.well-known/jwks.json', { token: null });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']]);
  });
});
