import type { AddressInfo } from 'node:net';
import { Bus } from '@pontage/bus';
import {
  apps,
  identityKeys,
  memberSessions,
  members,
  organisations,
  regions,
  sessions,
  tokens,
} from '@pontage/contracts/snapshots';
import { SnapshotWatch } from '@pontage/snapshots';
import { serveHealth, type ServiceContext } from '@pontage/telemetry';
import { Addresses } from './addresses.js';
import { Authentication } from './authentication/authentication.js';
import { extending } from './member-sign-in/extending.js';
import { MemberSessions } from './authentication/member-sessions.js';
import { DeniedAttempts } from './authentication/denied-attempts.js';
import { buildGateway } from './gateway.js';
import { NatsIdempotencyRecords } from './idempotency/idempotency-records.nats.js';
import { IdempotentAnswers } from './idempotency/idempotent-answers.js';
import { openQueryPath } from './query-operations.js';
import { oidcManner, type GatewaySettings } from './settings.js';
import { version } from './version.js';

/** How long a drain waits for queries that are being answered. */
const drainMs = 10_000;

/** Starts a gateway and returns when it answers. What it opens is closed by the context's stop, in reverse. */
export async function startGateway(
  settings: GatewaySettings,
  { logger, handedPort, onStop }: ServiceContext,
): Promise<{ healthPort: number; port: number }> {
  let isReady = (): boolean => false;
  const health = await serveHealth(settings, () => isReady());
  onStop(() => health.close());
  const bus = await Bus.connect({
    service: 'gateway',
    url: settings.PONTAGE_NATS_URL,
    password: settings.PONTAGE_NATS_PASSWORD,
    logger,
    version,
  });
  onStop(() => bus.drain());
  const directory = await openDirectory(bus);
  onStop(() => Object.values(directory).forEach((watch) => watch.stop()));

  const addresses = new Addresses(settings);
  const authentication = authenticationOn(bus, directory, addresses, logger);
  const idempotent = new IdempotentAnswers(await NatsIdempotencyRecords.open(bus), logger);
  const queries = await openQueryPath(bus, authentication, directory.organisations, settings);
  onStop(() => queries.bulk.drain());

  const { application, drain } = await buildGateway(settings, {
    bus,
    addresses,
    authentication,
    denied: new DeniedAttempts(bus, logger),
    idempotent,
    directory,
    queryPath: queries.path,
    oidc: oidcManner(settings),
    logger,
    isReady: () => isReady(),
  });
  const { PONTAGE_HTTP_PORT: httpPort, PONTAGE_HTTP_HOST: host } = settings;
  const where = httpPort === 'handed' ? { handle: await handedPort } : { port: httpPort };
  await application.listen({ host, ...where });
  const { port } = application.getHttpServer().address() as AddressInfo;
  addresses.listenOn(port);
  isReady = () => Object.values(directory).every((watch) => watch.isFresh());
  onStop(async () => {
    isReady = () => false;
    bus.presence.announce({ draining: true });
    await Promise.all([drain(drainMs), queries.client.drain(drainMs)]);
  });
  return { healthPort: health.port, port };
}

/** Who is who, by the snapshots. */
function authenticationOn(
  bus: Bus,
  directory: Awaited<ReturnType<typeof openDirectory>>,
  addresses: Addresses,
  logger: ServiceContext['logger'],
): Authentication {
  const members = new MemberSessions(directory, () => addresses.ownOrigin, extending(bus, logger));
  return new Authentication(directory.tokens, directory.sessions, members, () => addresses.embedOrigin);
}

/** The snapshots that requests are judged by; complete when this returns. */
async function openDirectory(bus: Bus) {
  const [
    tokenWatch,
    sessionWatch,
    memberWatch,
    memberSessionWatch,
    appWatch,
    organisationWatch,
    regionWatch,
    identityKeyWatch,
  ] = await Promise.all([
    SnapshotWatch.open(bus, tokens),
    SnapshotWatch.open(bus, sessions),
    SnapshotWatch.open(bus, members),
    SnapshotWatch.open(bus, memberSessions),
    SnapshotWatch.open(bus, apps),
    SnapshotWatch.open(bus, organisations),
    SnapshotWatch.open(bus, regions),
    SnapshotWatch.open(bus, identityKeys),
  ]);
  return {
    tokens: tokenWatch,
    sessions: sessionWatch,
    members: memberWatch,
    memberSessions: memberSessionWatch,
    apps: appWatch,
    organisations: organisationWatch,
    regions: regionWatch,
    identityKeys: identityKeyWatch,
  };
}
