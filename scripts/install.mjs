// Installs the dependencies when they are missing or older than the lock. Without it a fresh clone, or one after a
// pull, would fail at the first import with a message that does not say what to do.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { step } from './step.mjs';

const lock = join(root, 'package-lock.json');
/** npm's own record of what it installed. */
const installed = join(root, 'node_modules', '.package-lock.json');
const stamp = join(root, 'node_modules', '.pontage-lock-sha256');

export async function install() {
  if (isFresh()) return;
  await step('Installing dependencies (npm ci)', () => npmCi());
  writeFileSync(stamp, hashOf(lock));
}

function isFresh() {
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return true;
  // A checkout touches the lock without changing it.
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOf(lock);
}

const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

function npmCi() {
  // The npm that runs this script, if one does: the one on the PATH may be another.
  const [command, ...first] = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const args = [...first, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`npm ci ended with ${code}`))));
  });
}
