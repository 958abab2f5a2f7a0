import { NestFactory } from '@nestjs/core';
import { ContractServer, type Bus } from '@pontage/bus';
import { openDatabase, OutboxRelay, UnitOfWork } from '@pontage/persistence';
import { isProblem, unavailable } from '@pontage/problems';
import { nestLogger, type Logger } from '@pontage/telemetry';
import { AppModule } from './app.module.js';
import { SessionLives } from './member-session/session-lives.js';
import { entities, partsOf, type Parts } from './parts.js';
import { Regions } from './region/regions.js';
import { SettlingRotations } from './rotation/settling-rotations.js';
import { schema } from './settings.js';
import { OwnedBuckets } from './snapshot/owned-buckets.js';
import { rebuildSnapshots } from './snapshot/rebuild-snapshots.js';

const maxBootstrapTries = 20;
const bootstrapPauseMs = 250;
const usualLives = new SessionLives(3_600_000, 12 * 3_600_000);

/** What a registry is started with. */
export interface RegistryOptions {
  readonly bus: Bus;
  readonly databaseUrl: string;
  readonly regions: readonly string[];
  /** SHA-256 (hex) of the first organisation's admin token. */
  readonly adminTokenHash: string | undefined;
  /** The first member's password; undefined: none is made. */
  readonly adminPassword?: string | undefined;
  readonly sessions?: SessionLives;
  readonly logger: Logger;
  /** Takes what has to be done at the end, last things first. */
  readonly onStop: (stop: () => Promise<void> | void) => void;
}

/**
 * Starts to serve the registry's contracts on a bus that it drains in the end. Before the first call is taken, everything that an earlier process left
 * undone is done, and the buckets say what the rows say.
 */
export async function startRegistry(options: RegistryOptions): Promise<void> {
  const { bus, logger, onStop } = options;
  const database = await openDatabase({
    url: options.databaseUrl,
    schema,
    entities,
    applicationName: 'resource-registry',
    logger,
  });
  const buckets = await OwnedBuckets.open(bus);
  const unitOfWork = new UnitOfWork(database, bus, buckets);
  onStop(() => unitOfWork.close());
  onStop(() => buckets.stop());
  const relay = new OutboxRelay(unitOfWork, logger);
  await relay.start();

  const regions = new Regions(options.regions, buckets.regions.watch, bus.presence);
  const settling = new SettlingRotations(bus, logger);
  onStop(() => settling.stop());
  const lives = options.sessions ?? usualLives;
  const parts = partsOf({ bus, unitOfWork, buckets, regions, settling, lives });
  onStop(() => parts.revocations.stop());
  onStop(() => parts.decisions.stop());
  await catchUp(unitOfWork, buckets, parts, logger);
  const noting = (region: string) =>
    void parts.decisions
      .note(region)
      .catch((error: unknown) => logger.warn({ err: error, region }, 'a region is not listed'));
  onStop(regions.eachNew(noting));
  const { adminTokenHash, adminPassword } = options;
  if (adminTokenHash !== undefined) await untilTold(() => parts.bootstrap.run(adminTokenHash, regions, logger), logger);
  if (adminPassword !== undefined) await untilTold(() => parts.firstMember.run(adminPassword), logger);

  const app = await NestFactory.createMicroservice(AppModule.with(parts.providers), {
    strategy: new ContractServer(bus),
    logger: nestLogger(logger),
  });
  await app.listen();
  // Calls in hand are finished before anything that they need goes away.
  onStop(() => bus.drain());
  onStop(() => relay.stop());
}

/** At a first start the event stream may come a moment later than this process: what is stored is announced then. */
async function untilTold(work: () => Promise<void>, logger: Logger): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isProblem(error, unavailable) || tries === maxBootstrapTries) throw error;
      logger.info({ tries }, 'the first organisation is not announced yet');
      await new Promise((resolve) => setTimeout(resolve, bootstrapPauseMs));
    }
  }
}

/** Denials that were told but not stored come first: the rebuild must not tell the opposite. */
async function catchUp(
  unitOfWork: UnitOfWork,
  buckets: OwnedBuckets,
  { revocations, sessionEnds, decisions, sources }: Parts,
  logger: Logger,
): Promise<void> {
  for (const org of await unitOfWork.ids('organisation_ids')) {
    await revocations.storeDenied(org);
    await sessionEnds.storeDenied(org);
    await decisions.storeTold(org);
    const written = await rebuildSnapshots(unitOfWork, buckets, sources, org);
    if (written > 0) logger.info({ org, written }, 'snapshots were behind their rows');
  }
}
