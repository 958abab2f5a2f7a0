import {
  databaseName,
  natsOperator,
  natsPasswordVariable,
  natsUsersConfig,
  ownerRole,
  prepareDatabase,
  superuserRole,
  freePort,
} from '@pontage/backends';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import type { BackendOptions, TestBackends } from './backends.js';

const natsImage = 'nats:2.14-alpine';
const postgresImage = 'postgres:18-alpine';
const stopSeconds = 10;

const natsConfig = (regions: readonly string[]): string => `port: 4222
max_payload: 1MB
max_pending: 128MB
write_deadline: "10s"
jetstream { store_dir: "/data" }
${natsUsersConfig(regions)}`;

/** Starts the official images. Their ports stay the same over a restart, as an address in production does. */
export async function startContainerBackends(options: BackendOptions): Promise<TestBackends> {
  // What is left when one of them fails, testcontainers' own reaper ends.
  const [nats, postgres] = await Promise.all([startNatsContainer(options), startPostgresContainer(options)]);
  const roleUrl = (role: string, database = databaseName): string =>
    `postgres://${role}:${options.passwords.postgres[role] ?? ''}@${postgres.address}/${database}`;
  await prepareDatabase(roleUrl(superuserRole, 'postgres'), options.passwords.postgres);

  return {
    nats: {
      url: `nats://${nats.address}`,
      operatorUrl: `nats://${natsOperator}:${options.passwords.nats[natsOperator] ?? ''}@${nats.address}`,
      stop: () => end(nats, stopSeconds),
    },
    postgres: {
      superuserUrl: roleUrl(superuserRole, 'postgres'),
      ownerUrl: roleUrl(ownerRole),
      roleUrl: (role) => roleUrl(role),
      stop: () => end(postgres, stopSeconds),
    },
    killNats: () => end(nats, 0),
    killPostgres: () => end(postgres, 0),
    restartNats: () => nats.container.restart({ timeout: 0 }),
    restartPostgres: () => postgres.container.restart({ timeout: 0 }),
    stop: async () => void (await Promise.allSettled([nats.container.stop(), postgres.container.stop()])),
  };
}

interface Started {
  readonly container: StartedTestContainer;
  readonly address: string;
}

async function startNatsContainer({ regions, passwords }: BackendOptions): Promise<Started> {
  const port = await freePort();
  const environment = Object.entries(passwords.nats).map(([user, password]) => [natsPasswordVariable(user), password]);
  const container = await new GenericContainer(natsImage)
    .withCopyContentToContainer([{ content: natsConfig(regions), target: '/etc/pontage.conf' }])
    .withEnvironment(Object.fromEntries(environment) as Record<string, string>)
    .withCommand(['-c', '/etc/pontage.conf'])
    .withExposedPorts({ container: 4222, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .start();
  return { container, address: `${container.getHost()}:${port}` };
}

async function startPostgresContainer({ passwords }: BackendOptions): Promise<Started> {
  const port = await freePort();
  const container = await new GenericContainer(postgresImage)
    .withEnvironment({ POSTGRES_PASSWORD: passwords.postgres[superuserRole] ?? '' })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'log_min_error_statement=panic'])
    .withExposedPorts({ container: 5432, host: port })
    // The image starts the server twice: once for its own set-up, then for everybody.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
  return { container, address: `${container.getHost()}:${port}` };
}

/** Ends the server, by force when `seconds` are over; the container stays, to be started again. */
const end = async ({ container }: Started, seconds: number): Promise<void> =>
  void (await container.stop({ timeout: seconds * 1000, remove: false, removeVolumes: false }));
