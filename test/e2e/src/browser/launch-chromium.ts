import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/**
 * Launches a Chromium: the one at PONTAGE_CHROMIUM, else Debian's, else the one that an npm package carries.
 * It looks up every `*.localhost` on this machine.
 */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const installed = [process.env.PONTAGE_CHROMIUM, '/usr/bin/chromium'].find((path) => path !== undefined && path !== '' && existsSync(path));
  // As root, and in most containers, Chromium's own sandbox cannot be set up. What it opens here is our own pages.
  const options = { args: ['--no-sandbox', '--disable-gpu', ...args] };
  if (installed !== undefined) return chromium.launch({ ...options, executablePath: installed });
  const folder = await unpackedChromium();
  const executablePath = join(folder, 'chromium');
  try {
    return await chromium.launch({ ...options, executablePath });
  } catch (error) {
    if (!String(error).includes('shared libraries')) throw error;
    // Machines without NSS get the libraries that come along; others keep their own.
    return chromium.launch({ ...options, executablePath, env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') } });
  }
}

/** The npm package unpacks into the temporary folder and takes any file there for a whole one; so it gets a folder of its own. */
async function unpackedChromium(): Promise<string> {
  const archives = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', 'bin');
  const { default: packaged, inflate } = await import('@sparticuz/chromium');
  const final = join(tmpdir(), `pontage-chromium-${process.getuid?.() ?? 0}`);
  if (existsSync(join(final, 'chromium'))) return final;
  const before = process.env.TMPDIR;
  mkdirSync(tmpdir(), { recursive: true });
  const fresh = mkdtempSync(`${final}-`);
  try {
    process.env.TMPDIR = fresh;
    await packaged.executablePath(archives);
    await inflate(join(archives, 'al2023.tar.br'));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  try {
    renameSync(fresh, final);
  } catch {
    // Another test was faster.
    rmSync(fresh, { recursive: true, force: true });
  }
  return final;
}
