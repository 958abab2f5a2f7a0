import 'reflect-metadata';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Bus, ContractServer } from '@pontage/bus';
import { config, grants, identityKeys as identityKeyBucket, regions, resources } from '@pontage/contracts/snapshots';
import { Dispatcher, WorkerPool } from '@pontage/dispatch';
import { openDatabase, OutboxRelay, UnitOfWork } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { SnapshotWatch, SnapshotWriter } from '@pontage/snapshots';
import {
  destinationsOf,
  guardOutbound,
  nestLogger,
  runService,
  serveHealth,
  type Logger,
  type ServiceContext,
} from '@pontage/telemetry';
import { AppModule, entities } from './app.module.js';
import { CredentialStore } from './credential/credential-store.js';
import { ConfigValueStore } from './config-value/config-value-store.js';
import { ConfigValueSweep } from './config-value/config-value-sweep.js';
import { ConsentedGrants } from './consent/consented-grants.js';
import { consentSweep } from './consent/consent-sweep.js';
import { rebuildGrants, sinkOf } from './consent/grant-snapshots.js';
import { OpenedCredentials } from './credential/opened-credentials.js';
import { DraftStore } from './draft/draft-store.js';
import { draftSweep } from './draft/draft-sweep.js';
import { GrantKeeper } from './grant/grant-keeper.js';
import { GrantStore } from './grant/grant-store.js';
import { grantSweep } from './grant/grant-sweep.js';
import { GrantWishes } from './grant/grant-wishes.js';
import { DispatchedTokenEgress } from './grant/token-egress.dispatch.js';
import { IdentityKeyStore } from './identity/identity-key-store.js';
import { IdentityKeys } from './identity/identity-keys.js';
import { Issuer } from './identity/issuer.js';
import { KeyRotations } from './key/key-rotations.js';
import { ConfigVariables } from './lease/config-variables.js';
import { IdleGrants } from './refreshing/idle-grants.js';
import { NamedCredentials } from './rotation/named-credentials.js';
import { RotationBucket } from './rotation/rotation-bucket.js';
import { RotationReminders } from './rotation/rotation-reminders.js';
import { RotationRounds } from './rotation/rotation-rounds.js';
import { SecretBox } from './secrets/secret-box.js';
import { brokerSettings, keyRing, schema } from './settings.js';
import { Sweep, type Swept } from './sweep.js';
import { timelineSweep } from './timeline/timeline-sweep.js';

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
  // Made before anything is waited for that others make.
  const pen = await SnapshotWriter.open(bus, grants);
  onStop(() => pen.watch.stop());
  const bucket = await RotationBucket.open(bus);
  onStop(() => bucket.stop());
  const unitOfWork = new UnitOfWork(dataSource, bus, sinkOf(pen, bucket));
  const credentials = new CredentialStore(box);
  await bucket.rebuild(unitOfWork, credentials.rotations);
  const named = await namedCredentialsOn(bus, onStop);
  const watch = await SnapshotWatch.open(bus, config);
  onStop(() => watch.stop());
  const variables = new ConfigVariables(watch);
  const rotations = new KeyRotations(unitOfWork, box, logger);
  const identityPen = await SnapshotWriter.open(bus, identityKeyBucket);
  const identityKeys = new IdentityKeys(new IdentityKeyStore(unitOfWork, box), identityPen, logger);
  for (const work of [
    new OutboxRelay(unitOfWork, logger),
    ...sweepsOf(unitOfWork, box, variables).map((swept) => new Sweep(swept, logger)),
    new Sweep(new RotationRounds(unitOfWork, credentials, named, new ConsentedGrants(box)), logger),
    new Sweep(new RotationReminders(unitOfWork, named), logger),
    rotations,
    identityKeys,
  ]) {
    await work.start();
    onStop(() => work.stop());
  }
  if (settings.PONTAGE_MASTER_KEY_FILE !== undefined) ring.follow(settings.PONTAGE_MASTER_KEY_FILE, logger);
  onStop(() => ring.stop());

  const egress = new DispatchedTokenEgress(bus, await dispatcherOn(bus, onStop));
  await rebuildGrants(unitOfWork, pen);
  const issuer = new Issuer(settings.PONTAGE_BASE_URL);
  const rooms = { unitOfWork, box, config: variables, egress, rotations, identityKeys, issuer };
  const app = await NestFactory.createMicroservice(AppModule.with(rooms), {
    strategy: new ContractServer(bus),
    logger: nestLogger(logger),
  });
  await app.listen();
  await bus.connection.flush();
  onStop(() => app.close());
  const refreshing = idleGrantsOf(app, unitOfWork, logger);
  refreshing.start();
  onStop(() => refreshing.stop());

  const health = await serveHealth(settings, () => bus.isAlive && variables.isFresh);
  onStop(() => health.close());
  return { healthPort: health.port };
});

/** The credentials that resources name. */
async function namedCredentialsOn(bus: Bus, onStop: ServiceContext['onStop']): Promise<NamedCredentials> {
  const watch = await SnapshotWatch.open(bus, resources);
  onStop(() => watch.stop());
  return new NamedCredentials(watch);
}

/** The way out, through workers of regions that are open. */
async function dispatcherOn(bus: Bus, onStop: ServiceContext['onStop']): Promise<Dispatcher> {
  const watch = await SnapshotWatch.open(bus, regions);
  onStop(() => watch.stop());
  return new Dispatcher(bus, new WorkerPool(bus.presence, watch));
}

/** What goes away by itself. */
const sweepsOf = (unitOfWork: UnitOfWork, box: SecretBox, variables: ConfigVariables): Swept[] => [
  draftSweep(new DraftStore(unitOfWork, box)),
  grantSweep(new GrantStore(unitOfWork, box)),
  consentSweep(unitOfWork),
  timelineSweep(unitOfWork),
  new ConfigValueSweep(unitOfWork, new ConfigValueStore(box), variables),
];

/** Grants that nobody uses are refreshed by whoever finds them due first. */
function idleGrantsOf(app: INestMicroservice, unitOfWork: UnitOfWork, logger: Logger): Sweep {
  const finding = { credentials: app.get(OpenedCredentials), wishes: app.get(GrantWishes) };
  return new Sweep(new IdleGrants(unitOfWork, finding, app.get(GrantKeeper), logger).rounds, logger);
}
