import { describe, expect, it } from '@jest/globals';
import { proxyHeaders } from './answer-headers.js';

describe('proxyHeaders', () => {
  it('keeps order and duplicates, renames what would be taken for ours, and drops what could act on our origin', () => {
    const upstream: [string, string][] = [
      ['X-A', '1'],
      ['Set-Cookie', 'a=1'],
      ['x-a', '2'],
      ['X-Request-ID', 'theirs'],
      ['Set-Cookie', 'b=2'],
      ['Clear-Site-Data', '"*"'],
      ['Access-Control-Allow-Origin', '*'],
      ['Strict-Transport-Security', 'max-age=1'],
      ['Link', '</x>; rel=preload'],
      ['Refresh', '0'],
      ['Content-Security-Policy', 'x'],
      ['Transfer-Encoding', 'chunked'],
      ['Pontage-Problem', 'forged'],
    ];
    expect(proxyHeaders(upstream)).toEqual(
      [
        ['X-A', '1'],
        ['Pontage-Set-Cookie', 'a=1'],
        ['x-a', '2'],
        ['Pontage-Upstream-Request-Id', 'theirs'],
        ['Pontage-Set-Cookie', 'b=2'],
        ['Content-Security-Policy', "sandbox; default-src 'none'"],
        ['X-Content-Type-Options', 'nosniff'],
      ].flat(),
    );
  });
});
