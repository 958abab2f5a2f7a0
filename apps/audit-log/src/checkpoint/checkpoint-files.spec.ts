import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CheckpointFiles } from './checkpoint-files.js';
import { keepCheckpointKey } from './checkpoint-key.js';

const org = '3f1de2a0-0d3b-4b5e-8c52-94f1a83e5c11';
const checkpoint = (seq: number) => ({ seq, hash: 'h', at: '2026-11-21T10:00:00.000Z', keyId: 'k', signature: 's' });

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'pontage-checkpoints-'))));
afterEach(() => rmSync(dir, { recursive: true }));
const file = () => join(dir, `${org}.ndjson`);

describe('CheckpointFiles', () => {
  it('keeps what is appended, for nobody else to read', async () => {
    const files = new CheckpointFiles(dir);
    expect(await files.mend(org)).toBeNull();
    await files.append(org, checkpoint(1));
    await files.append(org, checkpoint(2));
    expect(await files.read(org)).toEqual({ checkpoints: [checkpoint(1), checkpoint(2)], damage: null });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('passes over a line that a crash tore off, and takes it away before it writes', async () => {
    const files = new CheckpointFiles(dir);
    await files.append(org, checkpoint(1));
    writeFileSync(file(), '{"seq":2,"ha', { flag: 'a' });
    expect(await files.read(org)).toEqual({ checkpoints: [checkpoint(1)], damage: null });
    expect(await files.mend(org)).toEqual(checkpoint(1));
    await files.append(org, checkpoint(2));
    expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(3);
  });

  it('names the place where the file was tampered with', async () => {
    const files = new CheckpointFiles(dir);
    writeFileSync(file(), `${JSON.stringify(checkpoint(7))}\n{}\n${JSON.stringify(checkpoint(9))}\n`);
    expect(await files.read(org)).toMatchObject({ checkpoints: [{ seq: 7 }, { seq: 9 }], damage: { seq: 8 } });
  });

  it('takes no file name from a stranger', async () => {
    await expect(new CheckpointFiles(dir).read('../../etc/passwd')).rejects.toThrow(TypeError);
  });
});

describe('keepCheckpointKey', () => {
  it('makes the key once, private, and knows the keys that were before it', () => {
    const first = keepCheckpointKey(dir);
    expect([...keepCheckpointKey(dir).keys.keys()]).toEqual([...first.keys.keys()]);
    expect(statSync(join(dir, 'checkpoint-key.pem')).mode & 0o777).toBe(0o600);
    rmSync(join(dir, 'checkpoint-key.pem'));
    expect(keepCheckpointKey(dir).jwks).toHaveLength(2);
    expect(JSON.stringify(keepCheckpointKey(dir).jwks)).not.toContain('"d"');
  });
});
