import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTemplate, pathText, templatePaths } from './template.js';

const paths = (text: string) => templatePaths(parseTemplate(text));

describe('parseTemplate', () => {
  it('finds plain paths: dots, quoted names and indexes', () => {
    expect(paths('{{ a }}{{a.b.c}} {{ a["b c"][0] . d }}{{ a[\'x\'] }}')).toEqual([
      ['a'],
      ['a', 'b', 'c'],
      ['a', 'b c', '0', 'd'],
      ['a', 'x'],
    ]);
  });

  it('keeps the text around them', () => {
    expect(parseTemplate('{"a":{"b":{{ x }}}}').parts).toEqual(['{"a":{"b":', ['x'], '}}']);
    expect(parseTemplate('').parts).toEqual(['']);
  });

  it('reads a name that itself holds braces or escapes', () => {
    expect(paths('{{ a["}}"] }}')).toEqual([['a', '}}']]);
    expect(paths('{{ a["\\u0041\\""] }}')).toEqual([['a', 'A"']]);
  });

  it('takes an opening without a closing for text', () => {
    for (const text of ['{{', 'a {{ b', '}} {{', '{ {a} }']) expect(parseTemplate(text).parts).toEqual([text]);
  });

  it.each([
    'a + b',
    'f()',
    'a.b()',
    '1',
    '"a"',
    '',
    ' ',
    'a.',
    'a..b',
    'a[b]',
    'a[-1]',
    'a[01]',
    'a["b]',
    'a["\\x"]',
    'a b',
    'a?.b',
    '{a',
    '`a`',
    'a;b',
    'this["a"]()',
    'a[1e3]',
  ])('refuses {{ %s }} by name', (expression) => {
    expect(() => parseTemplate(`x {{ ${expression} }} y`)).toThrow(
      expect.objectContaining({ slug: 'template-unsupported' }),
    );
    expect(() => parseTemplate(`x {{ ${expression} }} y`)).toThrow(expression.trim());
  });

  it('reads back what pathText writes', () => {
    const name = fc.string({ unit: 'binary', maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom('a', 'params', '$x', 'ä'), fc.array(name, { maxLength: 4 }), (first, rest) => {
        expect(paths(`{{ ${pathText([first, ...rest])} }}`)).toEqual([[first, ...rest]]);
      }),
    );
  });

  it('never loses a byte of a text without templates, and takes linear time', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('{{')),
        (text) => expect(parseTemplate(text).parts).toEqual([text]),
      ),
    );
    const before = performance.now();
    for (const hostile of [
      '{{'.repeat(50_000),
      `{{ a${' '.repeat(100_000)}`,
      `{{ a${' '.repeat(100_000)}b }}`,
      `{{ ${'a.'.repeat(50_000)} }}`,
    ]) {
      try {
        parseTemplate(hostile);
      } catch {
        // Only the time counts here.
      }
    }
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
