import { NestFactory } from '@nestjs/core';
import { type Bus, ContractServer } from '@pontage/bus';
import { config as configBucket, grants, identityKeys as identityKeyBucket } from '@pontage/contracts/snapshots';
import type { EgressFetch, EgressManner } from '@pontage/dispatch';
import type { MasterKeys } from '@pontage/envelope';
import { openDatabase, UnitOfWork } from '@pontage/persistence';
import { SnapshotWatch, SnapshotWriter } from '@pontage/snapshots';
import { createLogger } from '@pontage/telemetry';
import type { Stack } from '@pontage/testkit';
import { AppModule, entities } from './app.module.js';
import { idleGrantsOf } from './background-work.js';
import { sinkOf } from './consent/grant-snapshots.js';
import { Courier } from './delivery/courier.js';
import { Deliver } from './delivery/deliver.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { SendingRegion } from './delivery/sending-region.js';
import { TokenEgress } from './grant/token-egress.js';
import { IdentityKeyStore } from './identity/identity-key-store.js';
import { IdentityKeys } from './identity/identity-keys.js';
import { Issuer } from './identity/issuer.js';
import { KeyRing } from './key/key-ring.js';
import { KeyRotations } from './key/key-rotations.js';
import { ConfigVariables } from './lease/config-variables.js';
import { IdentityProvider } from './member-sign-in/identity-provider.js';
import { RotationBucket } from './rotation/rotation-bucket.js';
import { SecretBox } from './secrets/secret-box.js';
import { schema } from './settings.js';
import type { Sweep } from './sweep/sweep.js';
import { WebhookStore } from './webhook/webhook-store.js';

/** Straight to the fixture's servers: how it leaves in production is the dispatch's and the worker's business. */
class DirectEgress extends TokenEgress {
  /** Requests so far. */
  sent = 0;

  fetchFrom(_region: string, _org: string, { timeoutMs }: EgressManner = { timeoutMs: 30_000 }): EgressFetch {
    return (url, init) => {
      this.sent += 1;
      return fetch(url, { ...(init as RequestInit), redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    };
  }
}

/** One region, whoever asks. */
export class FixedRegion extends SendingRegion {
  of(): string {
    return 'us-west-2';
  }
}

/** One broker as it runs in production, but for the way to token endpoints. */
export interface Broker extends AsyncDisposable {
  readonly unitOfWork: UnitOfWork;
  readonly box: SecretBox;
  readonly bus: Bus;
  readonly identityKeys: IdentityKeys;
  readonly egress: { readonly sent: number };
  /** Refreshes what nobody uses, once it has been started. */
  readonly idle: Sweep;
}

const silent = createLogger('spec', 'silent');

/** Starts one broker. `forget` is told of its end, and says whether that is news. */
export async function startBroker(stack: Stack, keys: MasterKeys, forget: () => boolean): Promise<Broker> {
  const bus = await stack.busOf('auth-broker');
  const url = stack.databaseUrl(schema);
  const dataSource = await openDatabase({ url, schema, entities, applicationName: 'spec' });
  const [pen, bucket] = [await SnapshotWriter.open(bus, grants), await RotationBucket.open(bus)];
  const unitOfWork = new UnitOfWork(dataSource, bus, sinkOf(pen, bucket));
  const box = new SecretBox(new KeyRing(keys));
  const watch = await SnapshotWatch.open(bus, configBucket);
  const keyPen = await SnapshotWriter.open(bus, identityKeyBucket);
  const identityKeys = new IdentityKeys(new IdentityKeyStore(unitOfWork, box), keyPen, silent);
  await identityKeys.start();
  const egress = new DirectEgress();
  const deliver = new Deliver(egress, new WebhookStore(box), new FixedRegion());
  const courier = new Courier(unitOfWork, new DeliveryStore(unitOfWork), deliver, silent);
  courier.start();
  const rotations = new KeyRotations(unitOfWork, box, silent);
  const others = { identityKeys, courier, issuer: new Issuer('https://pontage.example'), logger: silent };
  const provider = new IdentityProvider(undefined, egress, () => []);
  const rooms = { unitOfWork, box, rotations, config: new ConfigVariables(watch), egress, provider, ...others };
  const strategy = new ContractServer(bus);
  const app = await NestFactory.createMicroservice(AppModule.with(rooms), { strategy, logger: false });
  await app.listen();
  // The wiretap is somebody who listens: without it a call that comes before the subscription would be told so.
  await bus.connection.flush();
  const idle = idleGrantsOf(app, unitOfWork, silent);
  const end = async (): Promise<void> => {
    if (!forget()) return;
    await idle.stop();
    watch.stop();
    pen.watch.stop();
    bucket.stop();
    await identityKeys.stop();
    await courier.stop();
    await app.close();
    await bus.drain();
    await unitOfWork.close();
  };
  return { unitOfWork, box, bus, identityKeys, egress, idle, [Symbol.asyncDispose]: end };
}
