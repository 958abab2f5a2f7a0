import { describe, expect, it } from '@jest/globals';
import { mayStore } from './may-store.js';

const stored = (status: number, headers: [string, string][], share: 'user' | 'everyone' = 'everyone') =>
  mayStore({ status, headers, region: 'eu', workerId: 'w' }, share);

describe('an answer', () => {
  it.each([
    [200, [], true],
    [204, [['cache-control', 'max-age=0']], true],
    [206, [], false],
    [301, [], false],
    [404, [], false],
    [503, [], false],
    [200, [['Cache-Control', 'max-age=60, No-Store']], false],
    [200, [['cache-control', 'private="x-user", max-age=5']], false],
    [200, [['set-cookie', 'sid=1']], false],
    [200, [['vary', 'accept, *']], false],
    [200, [['vary', 'accept']], true],
  ] as [number, [string, string][], boolean][])('%i with %j may be kept for everyone: %p', (status, headers, may) => {
    expect(stored(status, headers)).toBe(may);
  });

  it('that is private may be kept for the one who asked', () => {
    expect(stored(200, [['cache-control', 'private']], 'user')).toBe(true);
  });
});
