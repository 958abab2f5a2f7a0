import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reachableFolder } from './cluster-folder.js';
import type { PostgresPrograms } from './find-postgres.js';
import type { SystemUser } from './system-user.js';

/** Makes an empty cluster in `dir`, unless there is one. An interrupted attempt leaves nothing half done. */
export async function makeCluster(
  dir: string,
  programs: PostgresPrograms,
  user: SystemUser | undefined,
  superuserPassword: string,
): Promise<void> {
  if (existsSync(join(dir, 'PG_VERSION'))) return;
  const draft = `${dir}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(join(draft, 'cluster'), { recursive: true, mode: 0o700 });
  // initdb takes the password from a file only; it lies beside the cluster, in a folder that is as private.
  const passwordFile = join(draft, 'password');
  writeFileSync(passwordFile, superuserPassword, { mode: 0o600 });
  if (user !== undefined)
    for (const path of [draft, join(draft, 'cluster'), passwordFile]) chownSync(path, user.uid, user.gid);

  await runInitdb(programs.initdb, draft, user);
  mkdirSync(dirname(dir), { recursive: true });
  renameSync(join(draft, 'cluster'), dir);
  rmSync(draft, { recursive: true, force: true });
}

async function runInitdb(program: string, draft: string, user: SystemUser | undefined): Promise<void> {
  const folder = reachableFolder(draft, user);
  const child = spawn(
    program,
    [
      `--pgdata=${folder.path}/cluster`,
      `--pwfile=${folder.path}/password`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    {
      cwd: '/',
      env: { PATH: process.env.PATH, TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe', ...(folder.descriptor === undefined ? [] : [folder.descriptor])],
      ...user,
    },
  );
  folder.close();
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`initdb failed: ${complaint.trim()}`);
}
