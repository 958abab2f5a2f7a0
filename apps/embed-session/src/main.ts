import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Bus, ContractServer } from '@pontage/bus';
import { sessions, type SnapshotEntry, type ValueOf } from '@pontage/contracts/snapshots';
import { openDatabase, OutboxRelay, UnitOfWork, type SnapshotSink } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { SnapshotWriter } from '@pontage/snapshots';
import { destinationsOf, guardOutbound, nestLogger, runService, serveHealth } from '@pontage/telemetry';
import { AppModule } from './app.module.js';
import { Directory } from './directory/directory.js';
import { SessionEnding } from './session/session-ending.js';
import { SessionUpkeep } from './session/session-upkeep.js';
import { embedSessionSettings, schema } from './settings.js';

runService('embed-session', async ({ logger, onStop }) => {
  const settings = readSettings(embedSessionSettings);
  const { PONTAGE_NATS_URL: url, PONTAGE_NATS_PASSWORD: password, PONTAGE_DATABASE_URL: databaseUrl } = settings;
  guardOutbound([...destinationsOf(url, 4222), ...destinationsOf(databaseUrl, 5432)]);
  let isReady = (): boolean => false;
  const health = await serveHealth(settings, () => isReady());
  onStop(() => health.close());

  const applicationName = 'embed-session';
  const bus = await Bus.connect({ service: applicationName, url, password, logger });
  const database = await openDatabase({ url: databaseUrl, schema, entities: [], applicationName, logger });
  const writer = await SnapshotWriter.open(bus, sessions);
  const unitOfWork = new UnitOfWork(database, bus, sinkOf(writer));
  onStop(() => unitOfWork.close());
  const relay = new OutboxRelay(unitOfWork, logger);
  await relay.start();
  onStop(() => relay.stop());

  const directory = await Directory.open(bus);
  const ending = new SessionEnding(unitOfWork, writer, directory, logger);
  const upkeep = new SessionUpkeep(unitOfWork, ending, directory, logger);
  await upkeep.start();
  onStop(() => upkeep.stop());

  const module = AppModule.with({ bus, unitOfWork, directory, ending });
  const options = { strategy: new ContractServer(bus), logger: nestLogger(logger) };
  await (await NestFactory.createMicroservice(module, options)).listen();
  onStop(() => bus.drain());
  onStop(() => directory.stop());
  onStop(() => writer.watch.stop());
  isReady = () => directory.isFresh();
  return { healthPort: health.port };
});

/** The one bucket that this service owns. */
function sinkOf(writer: SnapshotWriter<typeof sessions>): SnapshotSink {
  return {
    put: (bucket, key, entry) => {
      if (bucket !== sessions.name) throw new TypeError(`${bucket} is not a bucket of this service`);
      return writer.put(key, entry as SnapshotEntry<ValueOf<typeof sessions>>);
    },
  };
}
