import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { fingerprint } from './fingerprint.js';

const key = randomBytes(32);
const secret = Buffer.from('s3cret');

describe('fingerprint', () => {
  it('is the same for the same secret in the same place, and different otherwise', () => {
    const one = fingerprint(key, ['org', 'resource'], secret);
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint(key, ['org', 'resource'], secret)).toBe(one);
    expect(fingerprint(key, ['org', 'resource'], Buffer.from('s3creT'))).not.toBe(one);
    expect(fingerprint(key, ['org', 'other'], secret)).not.toBe(one);
    expect(fingerprint(key, ['orgresource'], secret)).not.toBe(one);
    expect(fingerprint(randomBytes(32), ['org', 'resource'], secret)).not.toBe(one);
  });
});
