import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Bus, ContractServer } from '@pontage/bus';
import { openDatabase, UnitOfWork } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { destinationsOf, guardOutbound, nestLogger, runService, serveHealth, type Logger } from '@pontage/telemetry';
import { AppModule } from './app.module.js';
import { CheckpointFiles } from './checkpoint/checkpoint-files.js';
import { keepCheckpointKey } from './checkpoint/checkpoint-key.js';
import { Checkpointer } from './checkpoint/checkpointer.js';
import { Evidence } from './checkpoint/evidence.js';
import { OverdueSweep } from './execution/overdue-sweep.js';
import { Ledger } from './record/ledger.js';
import { auditLogSettings, schema } from './settings.js';
import { EventStream } from './stream/event-stream.js';
import { Recorder } from './stream/recorder.js';
import { StreamConsumer } from './stream/stream-consumer.js';
import { StreamPosition } from './stream/stream-position.js';

runService('audit-log', async ({ logger, onStop }) => {
  const settings = readSettings(auditLogSettings);
  const { PONTAGE_NATS_URL: url, PONTAGE_NATS_PASSWORD: password, PONTAGE_DATABASE_URL: databaseUrl } = settings;
  guardOutbound([...destinationsOf(url, 4222), ...destinationsOf(databaseUrl, 5432)]);
  let isReady = (): boolean => false;
  const health = await serveHealth(settings, () => isReady());
  onStop(() => health.close());

  const bus = await Bus.connect({ service: 'audit-log', url, password, logger });
  // The stream comes first: everybody else waits for it, and it needs no database.
  const stream = await EventStream.open(bus, settings.PONTAGE_AUDIT_STREAM_BYTES);
  const unitOfWork = await openUnitOfWork(databaseUrl, logger);
  onStop(() => unitOfWork.close());
  const ledger = new Ledger(unitOfWork);

  const dir = settings.PONTAGE_AUDIT_CHECKPOINT_DIR;
  const [key, files] = [keepCheckpointKey(dir), new CheckpointFiles(dir)];
  const checkpointer = new Checkpointer(unitOfWork, files, key, logger);
  await checkpointer.start();
  onStop(() => checkpointer.stop());
  const sweep = new OverdueSweep(ledger, checkpointer, logger);
  sweep.start();
  onStop(() => sweep.stop());

  const evidence = new Evidence(unitOfWork, files, checkpointer, key);
  const module = AppModule.with({ bus, unitOfWork, evidence, position: new StreamPosition(stream, ledger) });
  const options = { strategy: new ContractServer(bus), logger: nestLogger(logger) };
  await (await NestFactory.createMicroservice(module, options)).listen();
  onStop(() => bus.drain());

  const consumer = new StreamConsumer(stream, new Recorder(ledger, checkpointer, logger), logger);
  await consumer.start();
  onStop(() => consumer.stop());
  isReady = () => bus.isAlive;
  return { healthPort: health.port };
});

/** Nothing is announced from a transaction here: what happens here is said on the stream, like everybody's. */
async function openUnitOfWork(url: string, logger: Logger): Promise<UnitOfWork> {
  const refuse = () => Promise.reject(new Error('the audit log announces nothing from a transaction'));
  const database = await openDatabase({ url, schema, entities: [], applicationName: 'audit-log', logger });
  return new UnitOfWork(database, { publishEvent: refuse }, { put: refuse });
}
