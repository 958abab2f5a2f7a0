import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Bus, ContractServer } from '@pontage/bus';
import { config, resources } from '@pontage/contracts/snapshots';
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
import { idleGrantsOf, sweepsOf } from './background-work.js';
import { BrokerBuckets } from './broker-buckets.js';
import { GrantKeeper } from './grant/grant-keeper.js';
import { IdentityKeyStore } from './identity/identity-key-store.js';
import { IdentityKeys } from './identity/identity-keys.js';
import { Issuer } from './identity/issuer.js';
import { KeyRotations } from './key/key-rotations.js';
import { ConfigVariables } from './lease/config-variables.js';
import { IdentityProvider } from './member-sign-in/identity-provider.js';
import { oidcClient } from './member-sign-in/oidc-settings.js';
import { NamedCredentials } from './rotation/named-credentials.js';
import { SecretBox } from './secrets/secret-box.js';
import { brokerSettings, keyRing, schema } from './settings.js';
import { Sweep } from './sweep/sweep.js';
import { wayOut } from './way-out.js';

/** Tokens that are on their way when this process is told to end, and would be lost with it. */
const landedWithinMs = 8_000;

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
  const buckets = await BrokerBuckets.open(bus, onStop);
  const unitOfWork = new UnitOfWork(dataSource, bus, buckets.sink);
  await buckets.rebuild(unitOfWork);
  const known = await knownOn(bus, onStop);
  const rotations = new KeyRotations(unitOfWork, box, logger);
  const identityKeys = new IdentityKeys(new IdentityKeyStore(unitOfWork, box), buckets.identityKeys, logger);
  const sweeps = sweepsOf(unitOfWork, box, known).map((swept) => new Sweep(swept, logger));
  await startAll([new OutboxRelay(unitOfWork, logger), ...sweeps, rotations, identityKeys], onStop);
  if (settings.PONTAGE_MASTER_KEY_FILE !== undefined) ring.follow(settings.PONTAGE_MASTER_KEY_FILE, logger);
  onStop(() => ring.stop());

  const { egress, courier } = await wayOut(bus, unitOfWork, box, { logger, onStop });
  const provider = new IdentityProvider(oidcClient(settings), egress, () => regionsOf(bus));
  const issuer = new Issuer(settings.PONTAGE_BASE_URL);
  const kept = { unitOfWork, box, config: known.variables, rotations, identityKeys };
  const rooms = { ...kept, egress, issuer, courier, provider, logger };
  const app = await NestFactory.createMicroservice(AppModule.with(rooms), {
    strategy: new ContractServer(bus),
    logger: nestLogger(logger),
  });
  await app.listen();
  await bus.connection.flush();
  onStop(() => app.get(GrantKeeper).landed(landedWithinMs));
  onStop(() => app.close());
  await startAll([idleGrantsOf(app, unitOfWork, logger)], onStop);

  const health = await serveHealth(settings, () => bus.isAlive && known.variables.isFresh);
  onStop(() => health.close());
  return { healthPort: health.port };
});

/** What goes on beside the calls, and ends with the process. */
async function startAll(
  works: readonly { start(): void | Promise<void>; stop(): void | Promise<void> }[],
  onStop: ServiceContext['onStop'],
): Promise<void> {
  for (const work of works) {
    await work.start();
    onStop(() => work.stop());
  }
}

/** The regions that have a worker, in a fixed order. */
const regionsOf = (bus: Bus): string[] =>
  [...new Set(bus.presence.live('egress-worker').flatMap(({ region }) => region ?? []))].sort();

/** The configuration variables, and the credentials that resources name. */
async function knownOn(bus: Bus, onStop: ServiceContext['onStop']) {
  const [variables, named] = await Promise.all([SnapshotWatch.open(bus, config), SnapshotWatch.open(bus, resources)]);
  onStop(() => variables.stop());
  onStop(() => named.stop());
  return { variables: new ConfigVariables(variables), named: new NamedCredentials(named) };
}
