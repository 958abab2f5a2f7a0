import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { root, textOf } from '../tree.js';

describe('the files that are computed and committed', () => {
  it('are what `npm run generate` writes', async () => {
    const child = spawn(process.execPath, [join('scripts', 'check.mjs'), 'drift'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(`${complained}${said}`).toMatch(/^ok +drift/m);
  }, 180_000);

  it('name nothing that is only its own name', () => {
    const { components } = JSON.parse(textOf('api/gateway.openapi.json')) as {
      components: { schemas: Record<string, { $ref?: string }> };
    };
    const empty = Object.entries(components.schemas).filter(([name, { $ref }]) => $ref?.endsWith(`/${name}`) === true);
    expect(empty).toEqual([]);
  });
});
