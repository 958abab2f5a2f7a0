import { describe, expect, it } from '@jest/globals';
import { stripHopByHop } from './hop-by-hop.js';

describe('stripHopByHop', () => {
  it('drops what belongs to one connection, and every name that Connection lists', () => {
    const headers = [
      ['Connection', 'close, X-Trace'],
      ['connection', ' X-Other'],
      ['X-TRACE', '1'],
      ['x-other', '2'],
      ['Keep-Alive', 'timeout=5'],
      ['TE', 'trailers'],
      ['Transfer-Encoding', 'chunked'],
      ['Upgrade', 'h2c'],
      ['Proxy-Authorization', 'Basic x'],
      ['Trailer', 'x'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
      ['Content-Type', 'text/plain'],
    ] as const;
    expect(stripHopByHop(headers)).toEqual([
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
      ['Content-Type', 'text/plain'],
    ]);
  });
});
