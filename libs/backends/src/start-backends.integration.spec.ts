import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { keepPasswords } from './passwords/keep-passwords.js';
import { natsUserNames } from './nats/nats-users.js';
import { startNats, type Nats } from './nats/start-nats.js';
import { databaseRoles } from './postgres/prepare-database.js';
import { startPostgres, superuserRole, type Postgres } from './postgres/start-postgres.js';
import { isAlive } from './server/process-table.js';

const regions = ['eu-central-1'];

describe('embedded backends', () => {
  let dir: string;
  let running: (Nats | Postgres)[];
  beforeEach(() => {
    // A folder that nobody but us may enter, as `mktemp -d` makes it: PostgreSQL runs as another user below root.
    dir = mkdtempSync(join(tmpdir(), 'backends-'));
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((server) => server.kill()));
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  const passwords = () =>
    keepPasswords(join(dir, 'secrets.json'), {
      nats: natsUserNames(regions),
      postgres: [superuserRole, ...databaseRoles],
    });
  const kept = async <T extends Nats | Postgres>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    running.push(server);
    return server;
  };
  const nats = (port?: number): Promise<Nats> =>
    kept(startNats({ dir: join(dir, 'nats'), regions, passwords: passwords().nats, port }));
  const postgres = (port?: number): Promise<Postgres> =>
    kept(startPostgres({ dir: join(dir, 'postgres'), passwords: passwords().postgres, port }));
  const ask = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('lets in each NATS user with its own password, and nobody else', async () => {
    const { url } = await nats();
    for (const [user, pass] of Object.entries(passwords().nats))
      await (await connect({ servers: url, user, pass })).close();
    await expect(connect({ servers: url, user: 'gateway', pass: 'guess', reconnect: false })).rejects.toThrow(
      /Authorization/,
    );
    await expect(connect({ servers: url, reconnect: false })).rejects.toThrow(/Authorization/);
  });

  it('writes no password into the configuration, which only we can read', async () => {
    await nats();
    const file = join(dir, 'nats', 'nats-server.conf');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const password of Object.values(passwords().nats)) expect(readFileSync(file, 'utf8')).not.toContain(password);
  });

  it('takes over the folder from a nats-server that was left running, and ends it', async () => {
    const left = await nats();
    const next = await nats(left.port);
    expect(next.port).toBe(left.port);
    expect(isAlive(left.pid)).toBe(false);
  });

  it('takes over the cluster from a PostgreSQL that was left running, with its data', async () => {
    const left = await postgres();
    await ask(left.ownerUrl, 'CREATE SCHEMA probe CREATE TABLE probe.kept (id int)');
    const next = await postgres();
    expect(isAlive(left.pid)).toBe(false);
    expect(await ask(next.ownerUrl, 'SELECT id FROM probe.kept')).toEqual([]);
  });

  it('comes back after a kill -9 with everything that was committed', async () => {
    const server = await postgres();
    await ask(server.ownerUrl, 'CREATE SCHEMA probe; CREATE TABLE probe.kept AS SELECT 1 AS id');
    process.kill(server.pid, 'SIGKILL');
    const next = await postgres(server.port);
    expect(await ask(next.ownerUrl, 'SELECT id FROM probe.kept')).toEqual([{ id: 1 }]);
  });

  it('leaves no process and no pid file after a stop', async () => {
    const both = [await nats(), await postgres()];
    await Promise.all(both.map((server) => server.stop()));
    expect(both.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
    for (const file of ['nats/nats-server.pid', 'postgres/postmaster.pid'])
      expect(statSync(join(dir, file), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('keeps statements, and the passwords in them, out of the log of PostgreSQL', async () => {
    const server = await postgres();
    await expect(ask(server.ownerUrl, `ALTER ROLE nobody_at_all PASSWORD 'canary-7f3a'`)).rejects.toThrow(
      /does not exist|permission/,
    );
    expect(readFileSync(`${join(dir, 'postgres')}.log`, 'utf8')).not.toContain('canary-7f3a');
  });
});
