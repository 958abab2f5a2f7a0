import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readSettings } from './read-settings.js';

const shape = { PORT: z.coerce.number().int().default(7400), KEY: z.string().length(4) };

describe('readSettings', () => {
  it('types what the environment holds and fills in defaults', () => {
    expect(readSettings(shape, { KEY: 'abcd', PORT: '' })).toEqual({ PORT: 7400, KEY: 'abcd' });
  });

  it('names every fault at once and no value', () => {
    const read = () => readSettings(shape, { PORT: 'many', KEY: 'hush-hush' });
    expect(read).toThrow(/PORT.*KEY/s);
    expect(read).not.toThrow(/hush-hush|many/);
  });
});
