import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Bus, ContractServer } from '@pontage/bus';
import { config, regions } from '@pontage/contracts/snapshots';
import { Dispatcher, WorkerPool } from '@pontage/dispatch';
import { openDatabase, OutboxRelay, UnitOfWork } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { SnapshotWatch } from '@pontage/snapshots';
import {
  destinationsOf,
  guardOutbound,
  nestLogger,
  runService,
  serveHealth,
  type ServiceContext,
} from '@pontage/telemetry';
import { AppModule, entities } from './app.module.js';
import { ConfigValueStore } from './config-value/config-value-store.js';
import { ConfigValueSweep } from './config-value/config-value-sweep.js';
import { DraftStore } from './draft/draft-store.js';
import { draftSweep } from './draft/draft-sweep.js';
import { GrantStore } from './grant/grant-store.js';
import { grantSweep } from './grant/grant-sweep.js';
import { DispatchedTokenEgress } from './grant/token-egress.dispatch.js';
import { KeyRotations } from './key/key-rotations.js';
import { ConfigVariables } from './lease/config-variables.js';
import { IdentityProvider } from './member-sign-in/identity-provider.js';
import { oidcClient } from './member-sign-in/oidc-settings.js';
import { SecretBox } from './secrets/secret-box.js';
import { brokerSettings, keyRing, schema } from './settings.js';
import { Sweep } from './sweep.js';

runService('auth-broker', async ({ logger, onStop }) => {
  const settings = readSettings(brokerSettings);
  const ring = keyRing(settings);
  const box = new SecretBox(ring);
  const { PONTAGE_NATS_URL: natsUrl, PONTAGE_DATABASE_URL: databaseUrl } = settings;
  guardOutbound([...destinationsOf(natsUrl, 4222), ...destinationsOf(databaseUrl, 5432)]);

  // Registered before the bus, so closed after it: calls that are in hand still need their rows.
  const dataSource = await openDatabase({ url: databaseUrl, schema, entities, applicationName: 'auth-broker', logger });
  onStop(() => dataSource.destroy());
  const password = settings.PONTAGE_NATS_PASSWORD;
  const bus = await Bus.connect({ service: 'auth-broker', url: natsUrl, password, logger });
  onStop(() => bus.drain());
  const unitOfWork = new UnitOfWork(dataSource, bus, {
    put: () => Promise.reject(new Error('the broker owns no bucket')),
  });
  const watch = await SnapshotWatch.open(bus, config);
  onStop(() => watch.stop());
  const variables = new ConfigVariables(watch);
  const rotations = new KeyRotations(unitOfWork, box, logger);
  const background = [
    new OutboxRelay(unitOfWork, logger),
    new Sweep(draftSweep(new DraftStore(unitOfWork, box)), logger),
    new Sweep(grantSweep(new GrantStore(unitOfWork, box)), logger),
    new Sweep(new ConfigValueSweep(unitOfWork, new ConfigValueStore(box), variables), logger),
    rotations,
  ];
  for (const work of background) {
    await work.start();
    onStop(() => work.stop());
  }
  if (settings.PONTAGE_MASTER_KEY_FILE !== undefined) ring.follow(settings.PONTAGE_MASTER_KEY_FILE, logger);
  onStop(() => ring.stop());

  const egress = new DispatchedTokenEgress(bus, await dispatcherOn(bus, onStop));
  const provider = new IdentityProvider(oidcClient(settings), egress, () => regionsOf(bus));
  const app = await NestFactory.createMicroservice(
    AppModule.with({ unitOfWork, box, config: variables, egress, rotations, provider }),
    {
      strategy: new ContractServer(bus),
      logger: nestLogger(logger),
    },
  );
  await app.listen();
  await bus.connection.flush();
  onStop(() => app.close());

  const health = await serveHealth(settings, () => bus.isAlive && variables.isFresh);
  onStop(() => health.close());
  return { healthPort: health.port };
});

/** The regions that have a worker, in a fixed order. */
const regionsOf = (bus: Bus): string[] =>
  [...new Set(bus.presence.live('egress-worker').flatMap(({ region }) => region ?? []))].sort();

/** The way out, through workers of regions that are open. */
async function dispatcherOn(bus: Bus, onStop: ServiceContext['onStop']): Promise<Dispatcher> {
  const watch = await SnapshotWatch.open(bus, regions);
  onStop(() => watch.stop());
  return new Dispatcher(bus, new WorkerPool(bus.presence, watch));
}
