import { describe, expect, it } from '@jest/globals';
import { parseMetadata } from './metadata.js';

describe('parseMetadata', () => {
  it('keeps an int64 exact and leaves digits inside strings alone', () => {
    const text = String.raw`{"store":51,"max":9223372036854775807,"min":-9223372036854775808,"ok":true,"text":"\":9223372036854775807,"}`;
    expect(parseMetadata(text)).toEqual({
      store: 51,
      max: 9223372036854775807n,
      min: -9223372036854775808n,
      ok: true,
      text: '":9223372036854775807,',
    });
  });

  it('keeps digits of a name', () =>
    expect(parseMetadata('{"92233720368547758071":"a"}')).toEqual({ '92233720368547758071': 'a' }));
});
