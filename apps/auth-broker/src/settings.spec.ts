import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { keyRing } from './settings.js';

const key = `k1:${randomBytes(32).toString('base64')}`;

describe('keyRing', () => {
  it('reads a key from the environment and takes it out of there', () => {
    process.env.PONTAGE_MASTER_KEY = key;
    expect(keyRing({ PONTAGE_MASTER_KEY: key }).now.current.id).toBe('k1');
    expect(process.env.PONTAGE_MASTER_KEY).toBeUndefined();
  });

  it('reads keys from a file', () => {
    const dir = mkdtempSync(join(tmpdir(), 'pontage-master-key-'));
    writeFileSync(join(dir, 'key'), `k2:${randomBytes(32).toString('base64')}\n${key}\n`);
    expect(keyRing({ PONTAGE_MASTER_KEY_FILE: join(dir, 'key') }).now.find('k1')).toBeDefined();
    rmSync(dir, { recursive: true });
  });

  it('has no default', () => {
    expect(() => keyRing({})).toThrow('a master key is needed');
    expect(() => keyRing({ PONTAGE_MASTER_KEY: key, PONTAGE_MASTER_KEY_FILE: '/x' })).toThrow('only one');
    expect(() => keyRing({ PONTAGE_MASTER_KEY: `k1:${Buffer.alloc(32).toString('base64')}` })).toThrow('default');
    expect(() => keyRing({ PONTAGE_MASTER_KEY_FILE: '/does/not/exist' })).toThrow('ENOENT');
  });
});
