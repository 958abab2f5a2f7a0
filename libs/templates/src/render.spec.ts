import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headerValue, jsonString, pathSegment, plainText, queryValue, type Encoder } from './encoders.js';
import { jsonText, type Json } from './json.js';
import { renderJson, renderText } from './render.js';
import { parseTemplate } from './template.js';

const render = (text: string, scope: Record<string, Json>, encode: Encoder = plainText) =>
  renderText(parseTemplate(text), scope, encode);
const slugOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { slug: string }).slug;
  }
  return 'no problem';
};
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('../x', 'a/b', 'a?b=c#d', '%2e%2e', '\r\nX: y', '"},{"', '\\', '\u010a', 'a&b=c', '{{ b }}'),
);

describe('renderText', () => {
  it('writes values as text: numbers, booleans, null as nothing, objects as JSON', () => {
    expect(
      render('{{ a }}|{{ b }}|{{ c }}|{{ d }}|{{ e }}', { a: 1.5, b: false, c: null, d: { x: [1n] }, e: 'z' }),
    ).toBe('1.5|false||{"x":[1]}|z');
  });

  it('writes an int64 with all its digits', () => {
    expect(render('{{ m.id }}', { m: { id: 9223372036854775807n } }, queryValue)).toBe('9223372036854775807');
  });

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'a.__proto__',
    'a.constructor.name',
    'a["hasOwnProperty"]',
    'list.length',
    'list[3]',
    'list.map',
    'text[0]',
    'text.length',
    'a.missing',
    'a.n.x',
    'b',
  ])('finds nothing at %s', (path) => {
    const scope = { a: { n: null }, list: [1, 2, 3], text: 'abc' };
    expect(slugOf(() => render(`{{ ${path} }}`, scope))).toBe('unknown-variable');
  });

  it('finds an own member however it is called', () => {
    expect(
      render('{{ a.constructor }}{{ a["__proto__"] }}', {
        a: JSON.parse('{"constructor":"c","__proto__":"p"}') as Json,
      }),
    ).toBe('cp');
  });

  it('names the variable, never its value', () => {
    const scope = { config: { KEY: 'hush\nhush' } };
    expect(() => render('{{ config.KEY }}', scope, headerValue)).toThrow('config.KEY');
    expect(() => render('{{ config.KEY }}', scope, headerValue)).not.toThrow('hush');
  });

  it('does not render what a value holds', () => {
    expect(render('{{ a }}', { a: '{{ b }}', b: 'no' })).toBe('{{ b }}');
  });
});

describe('encoders', () => {
  it('keep any value one segment of a path', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        let path: string;
        try {
          path = render('/v1/{{ a }}/end', { a: value }, pathSegment);
        } catch {
          return;
        }
        const url = new URL(`http://h${path}`);
        expect(url.pathname.split('/')).toHaveLength(4);
        expect([url.search, url.hash, decodeURIComponent(url.pathname.split('/')[2] ?? '')]).toEqual(['', '', value]);
      }),
    );
    for (const value of ['', '.', '..', '\ud800'])
      expect(slugOf(() => render('/{{ a }}', { a: value }, pathSegment))).toBe('invalid-request');
  });

  it('keep any value one value of a query', () => {
    fc.assert(
      fc.property(
        hostile.filter((value) => !/\p{Cs}/u.test(value)),
        (value) => {
          const url = new URL(`http://h/?a=${render('{{ a }}', { a: value }, queryValue)}&b=1`);
          expect([...url.searchParams]).toEqual([
            ['a', value],
            ['b', '1'],
          ]);
          expect(url.hash).toBe('');
        },
      ),
    );
  });

  it('let nothing end a header line', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const allowed = /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value);
        expect(slugOf(() => render('{{ a }}', { a: value }, headerValue))).toBe(
          allowed ? 'no problem' : 'invalid-request',
        );
      }),
    );
  });

  it('keep any value the inside of a JSON string', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        expect(JSON.parse(render('{"a":"x{{ v }}"}', { v: value }, jsonString))).toEqual({ a: `x${value}` });
      }),
    );
  });
});

describe('renderJson', () => {
  it('keeps the type of a value that stands alone', () => {
    const scope = { n: 5, big: 9223372036854775807n, o: { a: [true] }, nil: null };
    expect(
      renderJson(
        { n: '{{ n }}', big: '{{big}}', o: '{{ o }}', nil: '{{ nil }}', text: 'n={{ n }}', list: ['{{ n }}', 1] },
        scope,
      ),
    ).toEqual({
      n: 5,
      big: 9223372036854775807n,
      o: { a: [true] },
      nil: null,
      text: 'n=5',
      list: [5, 1],
    });
  });

  it('leaves data without templates as it is, whatever its members are called', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ depthSize: 'medium' }).filter((value) => !JSON.stringify(value).includes('{{')),
        (value) => {
          expect(JSON.stringify(renderJson(value as Json, {}))).toBe(JSON.stringify(value));
        },
      ),
    );
    const odd = JSON.parse('{"__proto__":{"polluted":1},"{{ a }}":2}') as Json;
    expect(JSON.stringify(renderJson(odd, {}))).toBe(JSON.stringify(odd));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('refuses data that is nested without end', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as Json;
    expect(slugOf(() => renderJson(deep, {}))).toBe('invalid-request');
    expect(slugOf(() => jsonText(deep))).toBe('invalid-request');
  });
});

describe('jsonText', () => {
  it('writes what JSON.stringify writes, and bigints besides', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(jsonText(value as Json)).toBe(JSON.stringify(value))));
    expect(jsonText({ id: -9223372036854775808n, list: [1n, null] })).toBe(
      '{"id":-9223372036854775808,"list":[1,null]}',
    );
  });
});
