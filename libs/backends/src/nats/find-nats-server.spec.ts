import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findNatsServer } from './find-nats-server.js';

describe('findNatsServer', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nats-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const fake = (version: string): string => {
    const file = join(folder, 'nats-server');
    writeFileSync(file, `#!/bin/sh\necho "nats-server: v${version}"\n`);
    chmodSync(file, 0o755);
    return file;
  };

  it('takes the binary that it is told to take', async () => {
    const file = fake('2.11.0');
    expect(await findNatsServer(file)).toBe(file);
  });

  it('refuses one that is too old, and says what to do', async () => {
    await expect(findNatsServer(fake('2.9.10'))).rejects.toThrow(/v2\.9\.10, older than 2\.11.*PONTAGE_NATS_URL/);
  });

  it('says so when there is none', async () => {
    await expect(findNatsServer(join(folder, 'nothing'))).rejects.toThrow(/ENOENT.*PONTAGE_NATS_SERVER/);
  });

  it('finds the one that npm installed', async () => {
    expect(await findNatsServer()).toMatch(/nats-server/);
  });
});
