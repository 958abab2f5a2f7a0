import { describe, expect, it } from '@jest/globals';
import { dropQueryParam, headerOf, withHeader, withQueryParam, type OutboundRequest } from './outbound-request.js';

const request: OutboundRequest = {
  method: 'GET',
  url: 'https://h.test/a?x=1&key=a&b%20c=2',
  headers: [
    ['X-Key', 'a'],
    ['accept', '*/*'],
    ['x-key', 'b'],
  ],
  body: undefined,
};

describe('OutboundRequest', () => {
  it('sets a header in place of all others of its name, without changing the request it was given', () => {
    expect(withHeader(request, 'X-KEY', 'c').headers).toEqual([
      ['accept', '*/*'],
      ['X-KEY', 'c'],
    ]);
    expect(request.headers).toHaveLength(3);
  });

  it('combines lines of one name, cookies with semicolons', () => {
    expect(headerOf(request, 'x-key')).toBe('a, b');
    expect(
      headerOf(
        {
          headers: [
            ['Cookie', 'a=1'],
            ['cookie', 'b=2'],
          ],
        },
        'cookie',
      ),
    ).toBe('a=1; b=2');
    expect(headerOf(request, 'nope')).toBeUndefined();
  });

  it.each([
    ['x', 'a\r\nb: c'],
    ['x', 'a\nb'],
    ['x', 'a\u0000'],
    ['x', 'Ċ'],
    ['x\r\ny', 'a'],
    ['x y', 'a'],
    ['', 'a'],
    ['x:', 'a'],
  ])('refuses the header %j: %j and does not repeat its value', (name, value) => {
    const set = () => withHeader(request, name, value);
    expect(set).toThrow(expect.objectContaining({ slug: 'invalid-request' }));
    expect(set).not.toThrow(/b: c/);
  });

  it('sets a query parameter at the end and leaves the rest byte for byte', () => {
    expect(withQueryParam(request, 'key', 'é&=').url).toBe('https://h.test/a?x=1&b%20c=2&key=%C3%A9%26%3D');
    expect(withQueryParam({ ...request, url: 'https://h.test/' }, 'k', 'v').url).toBe('https://h.test/?k=v');
    expect(withQueryParam({ ...request, url: 'https://h.test/?' }, 'k', 'v').url).toBe('https://h.test/?k=v');
  });

  it('removes a query parameter in whatever encoding', () => {
    expect(dropQueryParam(request.url, 'b c')).toBe('https://h.test/a?x=1&key=a');
    expect(dropQueryParam('https://h.test/?%6bey=1&k=%', 'key')).toBe('https://h.test/?k=%');
    expect(dropQueryParam('https://h.test/?key=1', 'key')).toBe('https://h.test/');
  });
});
