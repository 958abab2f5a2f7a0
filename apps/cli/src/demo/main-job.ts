import { PontageClient } from '@pontage/client';
import { verifyAudit } from '../audit/verify-audit.js';
import type { DemoStage } from './demo-run.js';

interface OrderLine {
  readonly storeId: number;
  readonly item: string;
}

/** What one step tells the next. */
interface Memory {
  embedUrl: string;
  cookie: string;
}

interface Step {
  readonly title: string;
  /** Returns what came back, for a person. @throws Error when it was not what it has to be */
  play(stage: DemoStage, memory: Memory): Promise<string>;
}

const region = 'eu-central-1';
const externalUser = 'customer-4711';
const storeId = 7;

/** The main job, one call after the other, as a customer's own backend would make them. */
export const mainJob: readonly Step[] = [
  {
    title: 'Create a resource behind a bearer token, in a region of choice',
    async play({ client, upstream }) {
      const baseUrl = `http://127.0.0.1:${upstream.port}`;
      const authentication = { method: 'bearer', token: upstream.apiKey };
      const created = await client.call('createResource', {
        body: { name: 'stock', baseUrl, region, authentication },
      });
      hold(created.version === 1 && created.region === region, 'the resource is not what was asked for');
      hold(!JSON.stringify(created).includes(upstream.apiKey), 'the answer shows the secret');
      return `resource "${created.name}", version ${created.version}, authentication ${JSON.stringify(created.authentication)}`;
    },
  },
  {
    title: 'Run an ad-hoc query through that region',
    async play({ client }) {
      const answer = await client.call('runAdHocQuery', {
        path: { resource: 'stock' },
        body: { method: 'GET', path: '/stock' },
      });
      hold(answer.status === 200 && listIn(answer).length === 3, 'the upstream did not answer with its stock');
      hold(answer.region === region, `the query left from ${answer.region}`);
      return `${answer.status} from ${answer.region} (worker ${answer.workerId}): ${JSON.stringify(answer.body)}`;
    },
  },
  {
    title: 'Save a query in the app, and run it by name',
    async play({ client, seed }) {
      const path = { uuid: seed.app, name: 'stock.levels' };
      await client.call('putQuery', { path, body: { resource: 'stock', request: { method: 'GET', path: '/stock' } } });
      const answer = await client.call('runSavedQuery', { path, body: { params: {} } });
      hold(answer.status === 200 && listIn(answer).length === 3, 'the saved query did not answer with the stock');
      return `${answer.status} from ${answer.region}: ${JSON.stringify(answer.body)}`;
    },
  },
  {
    title: `Mint an embed URL for the external user ${externalUser} of store ${storeId}`,
    async play({ client, seed }, memory) {
      const minted = await client.call('mintEmbedUrl', {
        body: {
          landingPageUuid: seed.app,
          groupIds: [seed.groupId],
          externalIdentifier: externalUser,
          userInfo: { email: 'ada@customer.example', firstName: 'Ada' },
          metadata: { storeId },
          sessionDurationMinutes: 60,
        },
      });
      memory.embedUrl = minted.embedUrl;
      return `an embed URL that can be redeemed once until ${minted.expiresAt}`;
    },
  },
  {
    title: 'Redeem it; the second time it is gone',
    async play(_, memory) {
      const first = await fetch(memory.embedUrl, { redirect: 'manual' });
      memory.cookie = first.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ');
      hold(first.status === 303 && memory.cookie !== '', `the redemption was answered with ${first.status}`);
      const second = await fetch(memory.embedUrl, { redirect: 'manual' });
      await second.arrayBuffer();
      hold(second.status === 410, `the second redemption was answered with ${second.status}`);
      return `${first.status} to ${new URL(first.headers.get('location') ?? '/', memory.embedUrl).pathname}, then ${second.status}`;
    },
  },
  {
    title: 'Run the saved query orders.list as that external user, who sees only their store',
    async play({ client, seed }, memory) {
      const externalUserBrowser = new PontageClient({ url: memory.embedUrl });
      const answer = await externalUserBrowser.call(
        'runEmbeddedQuery',
        { path: { name: 'orders.list' }, body: { params: {} } },
        { headers: { cookie: memory.cookie, 'pontage-app': seed.app } },
      );
      const all = await client.call('runAdHocQuery', {
        path: { resource: 'orders' },
        body: { method: 'GET', path: '/orders' },
      });
      const [theirs, everybodys] = [listIn<OrderLine>(answer), listIn<OrderLine>(all)];
      hold(answer.status === 200 && theirs.length > 0, 'the query did not answer with orders');
      hold(
        theirs.every((order) => order.storeId === storeId),
        'the external user sees the orders of another store',
      );
      hold(theirs.length < everybodys.length, 'there is nothing that the external user may not see');
      return `${answer.status}: ${theirs.length} of ${everybodys.length} orders, all of store ${storeId}: ${theirs.map(({ item }) => item).join(', ')}`;
    },
  },
  {
    title: 'List the audit events of that external user',
    async play({ client }) {
      const actions: string[] = [];
      for await (const event of client.all('listAuditEvents', { query: { externalIdentifier: externalUser } })) {
        actions.push(`${event.action} (${event.outcome})`);
      }
      for (const action of ['embed-url.minted', 'embed-url.redeemed', 'query.ran']) {
        hold(actions.includes(`${action} (success)`), `there is no event ${action}, only ${actions.join(', ')}`);
      }
      return actions.reverse().join(', ');
    },
  },
  {
    title: 'Verify the audit log: recompute its chain',
    async play({ client }) {
      const report = await verifyAudit(client);
      hold(report.ok, `the chain does not hold: ${JSON.stringify(report.firstBroken)}`);
      return `${report.events} events and ${report.checkpoints} checkpoints hold`;
    },
  },
];

/** The list that an upstream answered with; of anything else an empty one. */
const listIn = <T>({ body }: { readonly body: unknown }): T[] => (Array.isArray(body) ? (body as T[]) : []);

function hold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
