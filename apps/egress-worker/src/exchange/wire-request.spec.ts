import { describe, expect, it } from '@jest/globals';
import { requestTarget } from '@pontage/http-message';
import fc from 'fast-check';
import { wireHeaders, wireTarget } from './wire-request.js';

describe('wireTarget', () => {
  it.each([
    ['https://h.test', 'https://h.test', '/'],
    ['https://h.test?x', 'https://h.test', '/?x'],
    ["https://h.test:8443/a/%2e/b/../c?x='|{}", 'https://h.test:8443', "/a/%2e/b/../c?x='|{}"],
    ['https://h.test/a#b', 'https://h.test', '/a'],
    ['https://H.test:443/a/../b', 'https://h.test', '/b'],
    ['http://user:pass@h.test/a', 'http://h.test', '/a'],
    ['http://h.test/a b', 'http://h.test', '/a%20b'],
    ['http://h.test@evil.test/', 'http://evil.test', '/'],
    ['http://h.test.evil.test/', 'http://h.test.evil.test', '/'],
    ['http://2130706433/x', 'http://127.0.0.1', '/x'],
  ])('splits %s', (url, origin, path) => {
    expect(wireTarget(url)).toEqual({ origin, path });
  });

  it('takes an origin from one URL for another only where both name it plainly', () => {
    const origins = (urls: readonly string[]): string[] => urls.map((url) => wireTarget(url).origin);
    expect(origins(['http:////a.test/x', 'http:////b.test/x'])).toEqual(['http://a.test', 'http://b.test']);
    expect(origins(['http://c.test\\@a.test/', 'http://c.test@a.test/'])).toEqual(['http://c.test', 'http://a.test']);
    expect(origins(['http://d.test/1', 'http://d.test:81/1', 'https://d.test/1', 'http://d.test/2'])).toEqual([
      'http://d.test',
      'http://d.test:81',
      'https://d.test',
      'http://d.test',
    ]);
  });

  it('splits as a parser does, whatever stands in it', () => {
    const piece = fc.constantFrom(' ', '\t', ...String.raw`h H 1 . : 80 :80 / \ @ ? # % [::1] ü .. |`.split(' '));
    fc.assert(
      fc.property(
        fc.constantFrom('http://', 'https://', 'HTTP://', 'http:'),
        fc.array(piece, { maxLength: 9 }),
        (scheme, pieces) => {
          const url = scheme + pieces.join('');
          fc.pre(URL.canParse(url));
          expect(wireTarget(url)).toEqual({ origin: new URL(url).origin, path: requestTarget(url) });
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it.each(['ftp://h.test/', 'h.test', 'http://', 'file:///etc/passwd'])('refuses %s', (url) => {
    expect(() => wireTarget(url)).toThrow(expect.objectContaining({ slug: 'destination-denied' }));
  });
});

describe('wireHeaders', () => {
  it('leaves to the connection what is its own and tells the length of a pulled body', () => {
    const headers = [
      ['Host', 'x'],
      ['Content-Length', '1'],
      ['Expect', '100-continue'],
      ['A', '1'],
      ['A', '2'],
      ['Transfer-Encoding', 'chunked'],
    ] as const;
    expect(wireHeaders(headers, { kind: 'none' })).toEqual(['A', '1', 'A', '2']);
    expect(wireHeaders(headers, { kind: 'pulled', bytes: 7 })).toEqual(['A', '1', 'A', '2', 'content-length', '7']);
    expect(wireHeaders(headers, { kind: 'pulled', bytes: null })).toEqual(['A', '1', 'A', '2']);
  });
});
