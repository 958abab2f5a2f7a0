import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepSecret, openDataFolder } from './data-folder.js';
import { demoUpstream } from './demo-upstream.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pontage-data-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a secret of the data folder', () => {
  it('is made once', () => {
    const file = join(folder, 'admin-token');
    expect([keepSecret(file, () => 'first'), keepSecret(file, () => 'second')]).toEqual(['first', 'first']);
  });

  it('is not made anew in place of one that got lost', () => {
    const file = join(folder, 'master-key');
    writeFileSync(file, '\n');
    expect(() => keepSecret(file, () => 'new')).toThrow(`${file} is empty`);
    expect(readFileSync(file, 'utf8')).toBe('\n');
  });
});

describe('the folder for sockets', () => {
  it('is absolute, and none where its path would be longer than kernels take', () => {
    expect(openDataFolder(folder).bulk).toBe(join(folder, 'bulk'));
    expect(openDataFolder(join(folder, 'd'.repeat(60))).bulk).toBeUndefined();
  });
});

describe('the port of the orders API', () => {
  it('stays, and is chosen again when its file says nothing', async () => {
    const data = openDataFolder(folder);
    const { port } = await demoUpstream(data);
    expect((await demoUpstream(data)).port).toBe(port);
    writeFileSync(join(data.demo, 'port'), 'junk');
    expect((await demoUpstream(data)).port).toBeGreaterThan(0);
  });
});
