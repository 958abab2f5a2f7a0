import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { root } from '../tree.js';

describe('the files that are computed and committed', () => {
  it('are what `npm run generate` writes', async () => {
    const child = spawn(process.execPath, [join('scripts', 'check.mjs'), 'drift'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(`${complained}${said}`).toMatch(/^ok +drift/m);
  }, 180_000);
});
