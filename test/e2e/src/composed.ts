import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseRoles, findNatsServer, startPostgres } from '@pontage/backends';
import { freePort, makeTestFolder, removeTestFolder } from '@pontage/testkit';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..', '..');

interface ComposeService {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What `docker-compose.yml` describes, running without Docker. */
export interface Composed extends AsyncDisposable {
  readonly url: string;
  readonly adminToken: string;
  /** What the processes wrote. */
  readonly log: () => string;
}

/**
 * Runs the commands of `docker-compose.yml` with the environments that it gives them, the secrets of
 * `deploy/make-env.mjs`, and the names `nats` and `postgres` turned into addresses of this machine.
 */
export async function compose(): Promise<Composed> {
  const dir = await makeTestFolder();
  const secrets = readSecrets();
  const [natsPort, httpPort, monitorPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Record<string, ComposeService>;
  };
  const postgres = await startPostgres({ dir: join(dir, 'postgres'), passwords: databasePasswords(secrets) });
  const children: ChildProcess[] = [];
  let said = '';

  const environmentOf = ({ environment = {} }: ComposeService): Record<string, string> => ({
    PATH: process.env.PATH ?? '',
    ...Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        interpolate(value, { ...secrets, PONTAGE_BASE_URL: `http://127.0.0.1:${httpPort}` })
          .replace('nats:4222', `127.0.0.1:${natsPort}`)
          .replace('postgres:5432', `127.0.0.1:${postgres.port}`)
          .replace('/var/lib/pontage', dir),
      ]),
    ),
    PONTAGE_HTTP_PORT: String(httpPort),
  });
  const run = (service: ComposeService, command: readonly string[]): ChildProcess => {
    const [program = '', ...args] = command;
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: root,
      env: environmentOf(service),
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (words: Buffer) => (said += words.toString()));
    children.push(child);
    return child;
  };
  const service = (name: string): ComposeService => services[name] ?? { command: [] };

  const config = service('nats').command.map((word) => word.replace('/etc/pontage', busConfig(dir)));
  run(service('nats'), [await findNatsServer(), ...config, '-p', String(natsPort), '-m', String(monitorPort)]);
  const [code] = (await once(run(service('migrate'), service('migrate').command), 'exit')) as [number];
  if (code !== 0) throw new Error(`the migrations ended with ${code}: ${said}`);
  for (const [name, each] of Object.entries(services)) {
    if (!['nats', 'postgres', 'migrate'].includes(name)) run(each, each.command);
  }
  return {
    url: `http://127.0.0.1:${httpPort}`,
    adminToken: secrets.PONTAGE_ADMIN_TOKEN ?? '',
    log: () => said,
    [Symbol.asyncDispose]: async () => {
      const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      // The bus goes last, as in a drain.
      for (const child of running.reverse()) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      await postgres.kill();
      removeTestFolder(dir);
    },
  };
}

/** The configuration as it is mounted, but for the volume. */
function busConfig(dir: string): string {
  const folder = join(dir, 'etc');
  cpSync(join(root, 'deploy', 'nats'), folder, { recursive: true });
  const file = join(folder, 'nats-server.conf');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"/data"', JSON.stringify(join(dir, 'nats'))));
  return folder;
}

function readSecrets(): Record<string, string> {
  const { stdout } = spawnSync(process.execPath, [join(root, 'deploy', 'make-env.mjs')], { encoding: 'utf8' });
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const databasePasswords = (secrets: Readonly<Record<string, string>>): Record<string, string> => ({
  postgres: secrets.POSTGRES_PASSWORD ?? '',
  ...Object.fromEntries(
    databaseRoles.map((role) => [role, secrets[`PONTAGE_DATABASE_PASSWORD_${role.toUpperCase()}`] ?? '']),
  ),
});

/** `${NAME:-default}`, which is all that the file uses. */
const interpolate = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, otherwise: string) => values[name] ?? otherwise);
