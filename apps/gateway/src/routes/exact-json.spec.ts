import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseExactJson, stringifyExactJson } from './exact-json.js';

describe('parseExactJson', () => {
  it('keeps every digit of an int64', () => {
    expect(parseExactJson('{"a":9223372036854775807,"b":[-9223372036854775808]}')).toEqual({
      a: 9223372036854775807n,
      b: [-9223372036854775808n],
    });
  });

  it('leaves other numbers and the digits inside strings alone', () => {
    const text =
      '{"a":5,"b":1.5,"c":1e3,"d":"9223372036854775807","e\\"9223372036854775807":9007199254740991,"f":12345678901234567.5}';
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });

  it('refuses what JSON.parse refuses', () => {
    for (const text of ['', '{', '{"a":01}', '{"a":9223372036854775807,}', "{'a':1}", '9223372036854775807 9']) {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    }
  });

  it('reads and writes any JSON with any integer unchanged', () => {
    const json = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.bigInt(-(2n ** 70n), 2n ** 70n),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        const text = stringifyExactJson(value);
        expect(stringifyExactJson(parseExactJson(text))).toBe(text);
      }),
    );
  });

  it('takes a long string and many escapes without trouble', () => {
    const text = JSON.stringify({ a: '\\"'.repeat(300_000), b: '0'.repeat(600_000) });
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });
});
