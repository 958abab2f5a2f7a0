import {
  databaseName,
  databaseRoles,
  keepPasswords,
  natsOperator,
  natsPasswordVariable,
  natsUserNames,
  ownerRole,
  prepareDatabase,
  startNats,
  startPostgres,
  superuserRole,
  type Nats,
  type Passwords,
  type Postgres,
  type Server,
} from '@pontage/backends';
import type { DataFolder } from './data-folder.js';
import type { LauncherSettings } from './launcher-settings.js';
import type { Instance } from './supervised.js';

/** A backend that is there: one that we keep running, or one that was given to us. */
export interface Backend<Address> {
  /** Starts it, or starts it again at the same address; absent when it is not ours to start. */
  readonly start?: () => Promise<Instance>;
  /** Known once it has started. */
  readonly address: () => Address;
}

/** Where services reach NATS, and as whom. */
export interface NatsAddress {
  readonly url: string;
  readonly operatorUrl: string;
  readonly passwords: Passwords;
}

/** Where services reach PostgreSQL, and in which role. */
export interface DatabaseAddress {
  /** May do everything in the database. */
  readonly adminUrl: string;
  readonly ownerUrl: string;
  roleUrl(role: string): string;
}

/** The passwords of this installation, made on its first start. */
export const passwordsOf = (folder: DataFolder, regions: readonly string[]) =>
  keepPasswords(folder.passwords, { nats: natsUserNames(regions), postgres: [superuserRole, ...databaseRoles] });

/** An embedded nats-server, or the one at PONTAGE_NATS_URL. */
export function natsBackend(settings: LauncherSettings, folder: DataFolder, kept: Passwords): Backend<NatsAddress> {
  const given = settings.PONTAGE_NATS_URL;
  if (given !== undefined) {
    const passwords = Object.fromEntries(
      Object.entries(kept).map(([user, password]) => [user, process.env[natsPasswordVariable(user)] ?? password]),
    );
    const operatorUrl = withLogin(given, natsOperator, passwords[natsOperator] ?? '');
    return { address: () => ({ url: given, operatorUrl, passwords }) };
  }
  let server: Nats | undefined;
  const start = async (): Promise<Instance> => {
    // Regions whose workers have joined since are in the file with the passwords.
    const { nats: passwords } = passwordsOf(folder, settings.PONTAGE_REGIONS);
    server = await startNats({
      dir: folder.nats,
      regions: regionsIn(passwords),
      passwords,
      port: server?.port,
      binary: settings.PONTAGE_NATS_SERVER,
      syncAlways: settings.PONTAGE_AUDIT_SYNC === 'always',
    });
    return instanceOf(server);
  };
  return { start, address: () => ({ ...started(server), passwords: kept }) };
}

/** An embedded PostgreSQL, or the one at PONTAGE_DATABASE_URL, whose login must be able to create roles. */
export async function postgresBackend(
  settings: LauncherSettings,
  folder: DataFolder,
  passwords: Passwords,
): Promise<Backend<DatabaseAddress>> {
  const given = settings.PONTAGE_DATABASE_URL;
  if (given !== undefined) {
    const roleUrl = (role: string): string => withLogin(given, role, passwords[role] ?? '');
    await prepareDatabase(given, passwords, new URL(given).pathname.slice(1) || databaseName);
    return { address: () => ({ adminUrl: given, ownerUrl: roleUrl(ownerRole), roleUrl }) };
  }
  let server: Postgres | undefined;
  const start = async (): Promise<Instance> => {
    server = await startPostgres({ dir: folder.postgres, passwords, port: server?.port });
    return instanceOf(server);
  };
  return {
    start,
    address: () => {
      const { ownerUrl, roleUrl } = started(server);
      return { adminUrl: roleUrl(superuserRole), ownerUrl, roleUrl };
    },
  };
}

const regionsIn = (passwords: Passwords): string[] =>
  Object.keys(passwords).flatMap((user) => (user.startsWith('egress-') ? [user.slice('egress-'.length)] : []));

const instanceOf = (server: Server): Instance => ({
  pid: server.pid,
  health: null,
  exited: server.exited.then(() => 'ended'),
  stop: () => server.stop(),
});

function started<T>(server: T | undefined): T {
  if (server === undefined) throw new Error('asked for the address of a server that has not started');
  return server;
}

function withLogin(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.href;
}
