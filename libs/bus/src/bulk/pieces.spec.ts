import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Pieces } from './pieces.js';

describe('Pieces', () => {
  it('give back what was put in, in whatever sizes', () => {
    const piece = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat({ max: 30 })), (given, sizes) => {
        const pieces = new Pieces();
        given.forEach((each) => pieces.push(each));
        const whole = Buffer.concat(given);
        let at = 0;
        for (const size of sizes) {
          const there = Math.min(size, whole.length - at);
          expect(pieces.length).toBe(whole.length - at);
          expect(
            pieces
              .peek(size)
              .subarray(0, there)
              .equals(whole.subarray(at, at + there)),
          ).toBe(true);
          expect(pieces.take(size).equals(whole.subarray(at, at + there))).toBe(true);
          at += there;
        }
      }),
    );
  });

  it('copy nothing that lies in one piece', () => {
    const pieces = new Pieces();
    const piece = Buffer.from('abcdef');
    pieces.push(piece);
    expect([pieces.take(2).buffer, pieces.take(4).buffer]).toEqual([piece.buffer, piece.buffer]);
    expect(pieces.take(1).length).toBe(0);
  });
});
