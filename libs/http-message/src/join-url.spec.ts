import { describe, expect, it } from '@jest/globals';
import { Problem } from '@pontage/problems';
import fc from 'fast-check';
import { joinUrl } from './join-url.js';

const base = 'https://api.example.com/v1';

const refusal = (path: string, of = base): Problem | string => {
  try {
    return joinUrl(of, path, []);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
};

describe('joinUrl', () => {
  it.each([
    ['https://h.test', '', 'https://h.test/'],
    ['https://h.test', 'a', 'https://h.test/a'],
    ['https://h.test/', '/a', 'https://h.test/a'],
    [base, '', base],
    [base, '/', `${base}/`],
    [base, 'orders', `${base}/orders`],
    [base, '/orders/', `${base}/orders/`],
    [`${base}/`, 'orders', `${base}/orders`],
    [`${base}/`, '', `${base}/`],
    [base, 'a//b', `${base}/a//b`],
    [base, 'group%2Fproject', `${base}/group%2Fproject`],
    [base, 'documents:commit', `${base}/documents:commit`],
    [base, 'v1/{id}', `${base}/v1/%7Bid%7D`],
    [base, 'grüße und 100%', `${base}/gr%C3%BC%C3%9Fe%20und%20100%25`],
    [base, '.well-known/..hidden/a..b/...', `${base}/.well-known/..hidden/a..b/...`],
    [base, '\ud800', `${base}/%EF%BF%BD`],
    ['https://H.test:443/a b', 'c', 'https://h.test/a%20b/c'],
  ])('puts %s and %s together', (of, path, url) => {
    expect(joinUrl(of, path, [])).toBe(url);
  });

  it('keeps the base query, then the resource parameters, the path query and the query parameters, with duplicates', () => {
    const url = joinUrl(
      `${base}?key=1&key=2`,
      '/o?a=%20x&b=[c]',
      [
        ['tenant', 'acme'],
        ['key', '3'],
      ],
      [
        ['q', 'a&b=c d+'],
        ['q', ''],
      ],
    );
    expect(url).toBe(`${base}/o?key=1&key=2&tenant=acme&key=3&a=%20x&b=[c]&q=a%26b%3Dc%20d%2B&q=`);
  });

  it.each([
    '..',
    '.',
    './x',
    '/../x',
    'a/../../b',
    'a/..',
    '%2e%2e/x',
    '%2E%2e',
    '.%2e/x',
    '%2e./x',
    'a/%2e/b',
    '%252e%252e/x',
    '%25252e%25252e/x',
    '..%2fx',
    '%2e%2e%2fx',
    'a%2f..%2f..%2fb',
    '..%5cx',
    'a%5c..%5cb',
    '..\\x',
    '\\x',
    'a\\..\\b',
    '..;/x',
    '..;a=b/x',
    '%2e%2e;/x',
    '%2e%2e%3b/x',
    '%c0%ae%c0%ae/x',
    '..%c0%afx',
    '..%c1%9cx',
    '//evil.test',
    '//evil.test/x',
    '///x',
    'http://evil.test',
    'HTTPS://evil.test',
    'https:evil.test',
    'ftp://evil.test',
    'x#y',
    'a\r\nHost: evil',
    'a\tb',
    'a\u0000',
    '\u007f',
    '?a=b\r\nc',
    '?a#b',
  ])('refuses %j with a pointer to the path', (path) => {
    const problem = refusal(path);
    expect(problem).toMatchObject({ slug: 'invalid-request', errors: [{ pointer: '/path' }] });
  });

  it('never leaves the base, whatever the path is made of', () => {
    const piece = fc.constantFrom(
      '.',
      '..',
      '/',
      '//',
      '\\',
      '%2e',
      '%2E',
      '%2f',
      '%5C',
      '%25',
      '2e',
      ';',
      ':',
      '@',
      '?',
      '#',
      'http:',
      'evil.test',
      'a',
      ' ',
      'é',
      '%',
      '\t',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 }),
        (pieces) => {
          const joined = refusal(pieces.join(''));
          if (joined instanceof Problem) return;
          const url = new URL(joined);
          expect(url.origin).toBe('https://api.example.com');
          expect(url.pathname === '/v1' || url.pathname.startsWith('/v1/')).toBe(true);
          // The URL standard finds nothing to change in the path: what was checked is what is sent.
          expect(joined.split('?', 1)[0]).toBe(`${url.origin}${url.pathname}`);
          expect(decodeURIComponent(url.pathname.replaceAll(/%(?![0-7])/g, '%25')).split(/[/\\]/)).not.toContain('..');
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('brings every parameter to the other side as it was', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text), { maxLength: 6 }),
        fc.array(fc.tuple(text, text), { maxLength: 6 }),
        (first, second) => {
          const url = new URL(joinUrl(base, 'x', first, second));
          expect([...url.searchParams]).toEqual([...first, ...second]);
        },
      ),
    );
  });
});
