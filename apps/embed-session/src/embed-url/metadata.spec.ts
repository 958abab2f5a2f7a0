import { describe, expect, it } from '@jest/globals';
import { readMetadata } from './metadata.js';

const bytes = (count: number): string => JSON.stringify({ k: 'x'.repeat(count - '{"k":""}'.length) });

describe('readMetadata', () => {
  it.each<[string, string, string]>([
    ['nothing', '{}', '{}'],
    [
      'strings, booleans and integers',
      ' { "storeId" : 51 , "admin":true,"no":false, "name":"ä\\u00e9\\n" } ',
      '{"storeId":51,"admin":true,"no":false,"name":"äé\\n"}',
    ],
    ['the largest int64', '{"n":9223372036854775807}', '{"n":9223372036854775807}'],
    ['the smallest int64', '{"n":-9223372036854775808}', '{"n":-9223372036854775808}'],
    ['an integer that JSON.parse would round', '{"n":9007199254740993}', '{"n":9007199254740993}'],
    ['minus nought', '{"n":-0}', '{"n":0}'],
    ['a string that looks like JSON', '{"s":"{\\"a\\":[1.5,null]}"}', '{"s":"{\\"a\\":[1.5,null]}"}'],
    ['an empty name and an awkward one', '{"":1,"a/b~c":2,"__proto__":"p"}', '{"":1,"a/b~c":2,"__proto__":"p"}'],
    ['NUL and half a surrogate pair, escaped', '{"s":"\\u0000\\ud800"}', '{"s":"\\u0000\\ud800"}'],
    ['1024 bytes', bytes(1024), bytes(1024)],
    ['1024 bytes after white space is gone', ` ${bytes(1024)}\n`, bytes(1024)],
  ])('takes %s', (_, json, text) => expect(readMetadata(json)).toEqual({ text, errors: [] }));

  it.each<[string, string, string[]]>([
    ['a fraction', '{"n":1.5}', ['/metadata/n']],
    ['a fraction that is none', '{"n":5.0}', ['/metadata/n']],
    ['an exponent', '{"n":1e3}', ['/metadata/n']],
    ['one more than int64', '{"n":9223372036854775808}', ['/metadata/n']],
    ['one less than int64', '{"n":-9223372036854775809}', ['/metadata/n']],
    ['a thousand digits', `{"n":${'9'.repeat(1000)}}`, ['/metadata/n']],
    ['null', '{"n":null}', ['/metadata/n']],
    ['an object', '{"n":{"a":"}]\\"","b":[1]},"m":1}', ['/metadata/n']],
    ['an array, and what comes behind it', '{"n":["]",{"a":1}],"m":null}', ['/metadata/n', '/metadata/m']],
    ['a name that stands twice', '{"a":1,"b":2,"a":1}', ['/metadata/a']],
    ['a name that stands twice in two spellings', '{"a":1,"\\u0061":2}', ['/metadata/a']],
    ['a name that has to be escaped', '{"a/b~c":1.5}', ['/metadata/a~1b~0c']],
    ['1025 bytes', bytes(1025), ['/metadata']],
    ['1024 characters of more bytes', JSON.stringify({ k: `${'ä'.repeat(509)}` }), ['/metadata']],
    ['megabytes', bytes(1_000_000), ['/metadata']],
    ['an array', '[]', ['/metadata']],
    ['a string', '"x"', ['/metadata']],
    ['null itself', 'null', ['/metadata']],
    ['what is not JSON', '{"a":01}', ['/metadata']],
    ['nothing at all', '', ['/metadata']],
  ])('refuses %s', (_, json, pointers) =>
    expect(readMetadata(json).errors.map(({ pointer }) => pointer)).toEqual(pointers),
  );
});
