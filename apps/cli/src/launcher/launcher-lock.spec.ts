import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commandLineOf } from '@pontage/backends';
import { takeLock } from './launcher-lock.js';

describe('takeLock', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    file = join(folder, 'launcher.pid');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is taken once, and free again afterwards', () => {
    const release = takeLock(file);
    expect(existsSync(file)).toBe(true);
    release();
    expect(existsSync(file)).toBe(false);
  });

  it('is refused while another launcher runs, and taken over once that was killed', async () => {
    const other = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => 0, 1000)'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(other.stdout, 'data');
    writeFileSync(file, `${other.pid}\n${commandLineOf(other.pid ?? 0)}\n`);
    expect(() => takeLock(file)).toThrow(`process ${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    takeLock(file)();
  });

  it('is not held by a program that got the id of a launcher that was killed', () => {
    writeFileSync(file, `${process.ppid}\nnode somewhere/else\n`);
    takeLock(file)();
  });
});
