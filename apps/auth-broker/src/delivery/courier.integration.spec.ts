import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { WebhookDelivery } from '@pontage/contracts/auth-broker';
import type { EgressFetch } from '@pontage/dispatch';
import { MasterKeys, SealBroken } from '@pontage/envelope';
import type { UnitOfWork } from '@pontage/persistence';
import { upstreamUnreachable } from '@pontage/problems';
import { createLogger } from '@pontage/telemetry';
import { BrokerStack, newKey } from '../broker.fixture.js';
import { FixedRegion } from '../one-broker.fixture.js';
import { TokenEgress } from '../grant/token-egress.js';
import { KeyRing } from '../key/key-ring.js';
import { SecretBox } from '../secrets/secret-box.js';
import { WebhookStore } from '../webhook/webhook-store.js';
import { newSecret } from '../webhook/webhook.js';
import { Courier } from './courier.js';
import { Deliver } from './deliver.js';
import { DeliveryStore } from './delivery-store.js';
import { Hooks } from './hooks.fixture.js';
import { quietWork } from './quiet-work.fixture.js';

let stack: BrokerStack;
let unitOfWork: UnitOfWork;
const webhooks = new WebhookStore(new SecretBox(new KeyRing(MasterKeys.parse(newKey('k1')))));

beforeAll(async () => {
  stack = await BrokerStack.start();
  unitOfWork = await quietWork(stack);
});
afterAll(async () => {
  await unitOfWork?.close();
  await stack?.[Symbol.asyncDispose]();
});

class FailingEgress extends TokenEgress {
  constructor(private readonly error: Error) {
    super();
  }

  fetchFrom(): EgressFetch {
    return () => Promise.reject(this.error);
  }
}

const url = 'https://hooks.example/in?token=canary-in-the-url';
/** A webhook as it is made, with a secret that can be opened. */
const sound = async (hooks: Hooks, secret: string): Promise<string> => {
  const draft = { url, events: ['*' as const], description: '', enabled: true, region: null };
  return (await unitOfWork.run(hooks.call.org, (work) => webhooks.insert(work, draft, secret, 'spec'))).id;
};

/** Lets a delivery of the webhook be tried once. Returns what became of it, and what the log has of it. */
async function tried(hooks: Hooks, webhook: string, error: Error) {
  await hooks.fill(webhook, 1);
  const logger = createLogger('spec', 'silent');
  const logged = jest.spyOn(logger, 'error');
  const deliver = new Deliver(new FailingEgress(error), webhooks, new FixedRegion());
  const store = new DeliveryStore(unitOfWork);
  const courier = new Courier(unitOfWork, store, deliver, logger);
  courier.start();
  let delivery: WebhookDelivery | undefined;
  while ((delivery?.attempts.length ?? 0) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    [delivery] = (
      await unitOfWork.run(hooks.call.org, (work) => store.list(work, { webhookId: webhook, limit: 1 }))
    ).data;
  }
  await courier.stop();
  return { delivery, logged: logged.mock.calls };
}

it('logs what goes wrong on our side, without the secret and the URL', async () => {
  const hooks = new Hooks(stack);
  const secret = newSecret();
  const broken = await hooks.store(url);
  for (const [webhook, cause] of [
    [broken, expect.any(SealBroken)],
    [await sound(hooks, secret), new TypeError('a bug')],
  ] as const) {
    const { delivery, logged } = await tried(hooks, webhook, new TypeError('a bug'));
    expect(delivery?.attempts).toEqual([expect.objectContaining({ status: null, problem: 'internal' })]);
    expect(logged).toEqual([
      [
        {
          err: expect.objectContaining({ slug: 'internal', cause }),
          org: hooks.call.org,
          webhook,
          delivery: delivery?.id,
        },
        'a delivery to a webhook failed on our side',
      ],
    ]);
    const [fields] = logged[0] as unknown as [{ err: Error & { cause: Error } }];
    const said = JSON.stringify({ ...fields, err: [fields.err.stack, fields.err.cause.stack] });
    for (const hidden of ['canary-in-the-url', secret, secret.slice('whsec_'.length)])
      expect(said).not.toContain(hidden);
  }
});

it('logs nothing of a receiver that is not there', async () => {
  const hooks = new Hooks(stack);
  const { delivery, logged } = await tried(
    hooks,
    await sound(hooks, newSecret()),
    upstreamUnreachable({ stage: 'connect' }),
  );
  expect(delivery?.attempts).toEqual([expect.objectContaining({ problem: 'upstream-unreachable' })]);
  expect(logged).toEqual([]);
});
