import { describe, expect, it } from '@jest/globals';
import { config } from './buckets.js';

describe('an entry of the config bucket', () => {
  it('is a text, as it always was, or the name of a secret value, and never both', () => {
    expect(config.value.parse({ value: '' })).toEqual({ value: '' });
    const secret = { valueId: '7b0f7a2e-3c1c-4f0e-9c59-0d6d4f5b7a11' };
    expect(config.value.parse(secret)).toEqual(secret);
    expect(config.value.safeParse({ ...secret, value: 's3cret' }).success).toBe(false);
  });
});
