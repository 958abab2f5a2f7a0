import { describe, expect, it } from '@jest/globals';
import { returnPath, usualReturn } from './return-to.js';

describe('returnPath', () => {
  it.each(['/', '/docs', '/docs?x=1#y', '/a/../b', '/login?returnTo=//evil.test'])('leads back to %s', (path) => {
    expect(returnPath(path)).toBe(path);
  });

  it.each([
    '',
    'docs',
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    ' /docs',
    'https://evil.test/',
    'javascript:alert(1)',
    '/docs\\..',
    '/d\u00f6cs',
    `/${'x'.repeat(2000)}`,
    null,
    ['/docs'],
    undefined,
  ])('leads nowhere that is not ours: %j', (given) => {
    expect(returnPath(given)).toBe(usualReturn);
  });
});
