import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MasterKeys } from './master-keys.js';

const random = (): string => randomBytes(32).toString('base64');
const of = (bytes: Buffer | string): string => `k1:${Buffer.from(bytes as string).toString('base64')}`;

describe('MasterKeys.parse', () => {
  it('reads lines and commas, newest first', () => {
    const keys = MasterKeys.parse(`2026-11:${random()}\n2026-05:${random()} , old_1:${random()}\r\n`);
    expect(keys.current.id).toBe('2026-11');
    expect(keys.find('old_1')?.bytes).toHaveLength(32);
    expect(keys.find('never')).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n , '],
    ['no id', random()],
    ['an empty id', `:${random()}`],
    ['an id with a slash', `a/b:${random()}`],
    ['what is not base64', 'k1:@@@@'],
    ['31 bytes', of(randomBytes(31))],
    ['33 bytes', of(randomBytes(33))],
    ['the same id twice', `k1:${random()},k1:${random()}`],
    ['a bad second key', `k1:${random()}\nk2:short`],
  ])('refuses %s', (_, text) => {
    expect(() => MasterKeys.parse(text)).toThrow(Error);
  });

  it.each([
    ['all zero', of(Buffer.alloc(32))],
    ['one byte repeated', of(Buffer.alloc(32, 0x5a))],
    ['a short pattern repeated', of(Buffer.alloc(32, 'deadbeef', 'hex'))],
    ['counted up', of(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))],
    ['counted down', of(Buffer.from(Array.from({ length: 32 }, (_, index) => 200 - index)))],
    ['a default of an example', of('change-me-change-me-change-me-!!')],
    ['a passphrase', of('correct horse battery staple 123')],
    ['hex digits typed out', of('0123456789abcdef0123456789abcdef')],
  ])('refuses a key that is %s', (_, text) => {
    expect(() => MasterKeys.parse(text)).toThrow(/default|pattern/);
  });

  it('accepts what a random generator makes', () => {
    for (let round = 0; round < 2_000; round += 1) expect(MasterKeys.parse(`k:${random()}`).current.id).toBe('k');
  });

  it('never shows a key in what it throws', () => {
    for (const text of [random(), `k1:${random()}x`, `a b:${random()}`, `k1:${random()},k1:${random()}`]) {
      expect(() => MasterKeys.parse(text)).not.toThrow(text.slice(-20));
    }
  });
});
