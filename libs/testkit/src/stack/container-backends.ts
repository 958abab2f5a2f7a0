import {
  databaseName,
  natsOperator,
  natsPasswordVariable,
  natsUsersConfig,
  ownerRole,
  prepareDatabase,
  superuserRole,
} from '@pontage/backends';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import type { BackendOptions, TestBackends } from './backends.js';
import { freePort } from './free-port.js';

const natsImage = 'nats:2.14-alpine';
const postgresImage = 'postgres:18-alpine';

const natsConfig = (regions: readonly string[]): string => `port: 4222
max_payload: 1MB
max_pending: 128MB
write_deadline: "10s"
jetstream { store_dir: "/data" }
${natsUsersConfig(regions)}`;

/** Starts the official images. Their ports stay the same over a restart, as an address in production does. */
export async function startContainerBackends(options: BackendOptions): Promise<TestBackends> {
  const started = await Promise.allSettled([startNatsContainer(options), startPostgresContainer(options)]);
  const failed = started.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(started.map((each) => (each.status === 'fulfilled' ? each.value.container.stop() : undefined)));
    throw failed.reason;
  }
  const [nats, postgres] = started.map((each) => (each as PromiseFulfilledResult<Started>).value) as [Started, Started];
  const roleUrl = (role: string, database = databaseName): string =>
    `postgres://${role}:${options.passwords.postgres[role] ?? ''}@${postgres.address}/${database}`;
  await prepareDatabase(roleUrl(superuserRole, 'postgres'), options.passwords.postgres);

  return {
    nats: {
      url: `nats://${nats.address}`,
      operatorUrl: `nats://${natsOperator}:${options.passwords.nats[natsOperator] ?? ''}@${nats.address}`,
    },
    postgres: {
      superuserUrl: roleUrl(superuserRole, 'postgres'),
      ownerUrl: roleUrl(ownerRole),
      roleUrl: (role) => roleUrl(role),
    },
    killNats: () => kill(nats),
    killPostgres: () => kill(postgres),
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

/** Docker sends SIGKILL when the time to stop is over; the container stays, to be started again. */
const kill = async ({ container }: Started): Promise<void> =>
  void (await container.stop({ timeout: 0, remove: false, removeVolumes: false }));
