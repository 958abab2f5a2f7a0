import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { root } from '../tree.js';
import { allowed, violations } from './violations.js';

describe('the boundaries that eslint.config.mjs draws', () => {
  let found: [string | null, string][][] = [];

  beforeAll(async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'lint-texts.mjs')], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(JSON.stringify([...violations, ...allowed]));
    found = JSON.parse(await text(child.stdout)) as typeof found;
  }, 180_000);

  it.each(violations.map((violation, index) => ({ ...violation, index })))(
    'refuse $says',
    ({ rule, message, index }) => {
      const complaints = (found[index] ?? []).filter(([ruleId]) => ruleId === rule).map(([, words]) => words);
      expect(complaints).not.toEqual([]);
      if (message !== undefined) expect(complaints.join('\n')).toMatch(message);
    },
  );

  it.each(allowed.map((each, index) => ({ ...each, index: violations.length + index })))(
    'let through $says',
    ({ index }) => {
      expect(found[index]).toEqual([]);
    },
  );
});
