import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Bus, ContractServer } from '@pontage/bus';
import { openDatabase, UnitOfWork } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { nestLogger, runService, serveHealth } from '@pontage/telemetry';
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
  let ready = false;
  const health = await serveHealth({ port: settings.PONTAGE_HEALTH_PORT, isReady: () => ready });
  onStop(() => health.close());

  const bus = await Bus.connect({
    service: 'audit-log',
    url: settings.PONTAGE_NATS_URL,
    password: settings.PONTAGE_NATS_PASSWORD,
    logger,
  });
  // The stream comes first: everybody else waits for it, and it needs no database.
  const stream = await EventStream.open(bus, settings.PONTAGE_AUDIT_STREAM_BYTES);
  const database = await openDatabase({
    url: settings.PONTAGE_DATABASE_URL,
    schema,
    entities: [],
    applicationName: 'audit-log',
    logger,
  });
  // Nothing is announced from here: what happens here is said on the stream, like everybody's.
  const silent = { publishEvent: refuse, put: refuse };
  const unitOfWork = new UnitOfWork(database, silent, silent);
  onStop(() => unitOfWork.close());

  const key = keepCheckpointKey(settings.PONTAGE_AUDIT_CHECKPOINT_DIR);
  const files = new CheckpointFiles(settings.PONTAGE_AUDIT_CHECKPOINT_DIR);
  const checkpointer = new Checkpointer(unitOfWork, files, key, logger);
  const ledger = new Ledger(unitOfWork);
  await checkpointer.start();
  onStop(() => checkpointer.stop());

  const sweep = new OverdueSweep(ledger, checkpointer, logger);
  sweep.start();
  onStop(() => sweep.stop());

  const module = AppModule.with({
    bus,
    unitOfWork,
    evidence: new Evidence(unitOfWork, files, checkpointer, key),
    position: new StreamPosition(stream, ledger),
  });
  const app = await NestFactory.createMicroservice(module, {
    strategy: new ContractServer(bus),
    logger: nestLogger(logger),
  });
  await app.listen();
  onStop(() => bus.drain());

  const consumer = new StreamConsumer(stream, new Recorder(ledger, checkpointer, logger), logger);
  await consumer.start();
  onStop(() => consumer.stop());
  ready = true;
  return { healthPort: health.port };
});

function refuse(): Promise<never> {
  return Promise.reject(new Error('the audit log announces nothing from a transaction'));
}
