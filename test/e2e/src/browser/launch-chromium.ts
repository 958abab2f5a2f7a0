import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/**
 * Launches a Chromium: the one at PONTAGE_CHROMIUM, else Debian's, else the one that an npm package carries.
 * It looks up every `*.localhost` on this machine.
 */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const installed = [process.env.PONTAGE_CHROMIUM, '/usr/bin/chromium'].find(
    (path) => path !== undefined && path !== '' && existsSync(path),
  );
  // As root, and in most containers, Chromium's own sandbox cannot be set up. What it opens here is our own pages.
  const options = { args: ['--no-sandbox', '--disable-gpu', ...args] };
  if (installed !== undefined) return chromium.launch({ ...options, executablePath: installed });
  const folder = unpackedChromium();
  const executablePath = join(folder, 'chromium');
  try {
    return await chromium.launch({ ...options, executablePath });
  } catch (error) {
    if (!String(error).includes('shared libraries')) throw error;
    // Machines without NSS get the libraries that come along; others keep their own.
    return chromium.launch({
      ...options,
      executablePath,
      env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') },
    });
  }
}

const unpack = `
  const { default: chromium, inflate } = await import('@sparticuz/chromium');
  await chromium.executablePath(process.env.ARCHIVES);
  await inflate(process.env.ARCHIVES + '/al2023.tar.br');
`;

/** The npm package unpacks into the temporary folder and takes any file there for a whole one; so it gets a folder of its own. */
function unpackedChromium(): string {
  const packageFolder = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..');
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const final = join(tmpdir(), `pontage-chromium-${version}-${process.getuid?.() ?? 0}`);
  if (existsSync(final)) return final;
  const fresh = mkdtempSync(`${final}-`);
  execFileSync(process.execPath, ['--input-type=module', '--eval', unpack], {
    cwd: packageFolder,
    env: { ...process.env, TMPDIR: fresh, ARCHIVES: join(packageFolder, 'bin') },
  });
  try {
    renameSync(fresh, final);
  } catch {
    // Another test was faster.
    rmSync(fresh, { recursive: true, force: true });
  }
  return final;
}
