import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { RecordingSink } from '../testing/recording-sink.js';
import { chunkBytes, FrameWriter, wholeBytes } from './frame-writer.js';
import { InjectedValues } from './injected-values.js';

const head = { status: 200, headers: [] };

const writerOf = (limits: { window?: number; maxBytes?: number; injected?: string[] } = {}) => {
  const sink = new RecordingSink();
  const told: string[] = [];
  const writer = new FrameWriter(head, sink, {
    window: limits.window ?? 1024 * 1024,
    maxBytes: limits.maxBytes ?? 100 * 1024 * 1024,
    injected: new InjectedValues(limits.injected ?? []),
    events: {
      writable: () => told.push('writable'),
      written: (last, bytes) =>
        told.push('whole' in last ? `whole ${last.whole.length}` : `ended ${last.chunks} ${bytes}`),
      failed: ({ slug }) => told.push(slug),
    },
  });
  return { sink, told, writer };
};

describe('FrameWriter', () => {
  it.each([0, 1, wholeBytes])('makes one frame of %i bytes', (bytes) => {
    const { writer, told, sink } = writerOf();
    writer.begin();
    writer.push(Buffer.alloc(bytes));
    writer.finish();
    expect(told).toEqual([`whole ${bytes}`]);
    expect(sink.said).toEqual([]);
  });

  it('does not make one frame of what there is no credit for', () => {
    const { writer, told, sink } = writerOf({ window: 10 });
    writer.push(Buffer.alloc(15));
    writer.finish();
    expect([sink.said, told]).toEqual([['head 10'], []]);
    writer.grant(5);
    expect([sink.said, told]).toEqual([['head 10', 'chunk 0 5'], ['ended 1 15']]);
  });

  it('makes a head with the first bytes and full chunks of the rest', () => {
    const { writer, told, sink } = writerOf();
    for (let pieces = 0; pieces < 8; pieces += 1) writer.push(Buffer.alloc(64 * 1024));
    writer.finish();
    expect(sink.said).toEqual([
      `head ${wholeBytes}`,
      `chunk 0 ${chunkBytes}`,
      `chunk 1 ${chunkBytes}`,
      `chunk 2 ${chunkBytes}`,
      `chunk 3 ${64 * 1024}`,
    ]);
    expect(told).toEqual(['ended 4 524288']);
  });

  it('lets a head and few bytes leave when more keep them waiting', () => {
    jest.useFakeTimers();
    try {
      const { writer, sink } = writerOf();
      writer.begin();
      jest.advanceTimersByTime(10);
      expect(sink.said).toEqual(['head 0']);
      writer.push(Buffer.from('event'));
      expect(sink.said).toEqual(['head 0']);
      jest.advanceTimersByTime(10);
      expect(sink.said).toEqual(['head 0', 'chunk 0 5']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('asks for a pause when nobody grants, and for more when somebody does', () => {
    const { writer, told } = writerOf({ window: 1000 });
    expect(writer.push(Buffer.alloc(100_000))).toBe(true);
    expect(writer.push(Buffer.alloc(200_000))).toBe(false);
    writer.grant(1000);
    expect(told).toEqual([]);
    writer.grant(100_000);
    expect(told).toEqual(['writable']);
  });

  it('ends at the limit', () => {
    const { writer, told } = writerOf({ maxBytes: 10 });
    writer.push(Buffer.alloc(10));
    expect(told).toEqual([]);
    writer.push(Buffer.alloc(1));
    writer.finish();
    expect(told).toEqual(['response-too-large']);
  });

  it('keeps back the beginning of a value until it is known to be none', () => {
    jest.useFakeTimers();
    try {
      const { writer, sink } = writerOf({ injected: ['sw0rdfish'] });
      writer.begin();
      writer.push(Buffer.from('say sw0rd'));
      jest.advanceTimersByTime(10);
      expect(sink.said).toEqual(['head 4']);
      writer.push(Buffer.from('!'));
      jest.advanceTimersByTime(10);
      expect(sink.said).toEqual(['head 4', 'chunk 0 6']);
      writer.push(Buffer.from('sw0rd'));
      jest.advanceTimersByTime(10);
      expect(writer.echoes).toBe(false);
      writer.push(Buffer.from('fish'));
      jest.advanceTimersByTime(10);
      expect(sink.said).toEqual(['head 4', 'chunk 0 6', 'seal', 'chunk 1 9']);
      expect(writer.echoes).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });

  it('sends every byte once, in order, within its credit, whatever comes in whatever order', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 200_000 }) }),
      fc.record({ grant: fc.integer({ min: 1, max: 300_000 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 300_000 }),
        fc.boolean(),
        (steps, window, looks) => {
          const { writer, sink, told } = writerOf({ window, injected: looks ? ['never there'] : [] });
          let credit = window;
          let next = 0;
          const pushed: Buffer[] = [];
          const sentBytes = () => sink.bodies.reduce((sum, { length }) => sum + length, 0);
          for (const each of steps) {
            if ('push' in each) {
              const piece = Buffer.alloc(each.push, (next += 1) % 251);
              pushed.push(piece);
              writer.push(piece);
            } else {
              credit += each.grant;
              writer.grant(each.grant);
            }
            expect(sentBytes()).toBeLessThanOrEqual(credit);
          }
          const all = Buffer.concat(pushed);
          writer.grant(all.length);
          writer.finish();
          const last = told.at(-1) ?? '';
          if (last.startsWith('whole')) expect(last).toBe(`whole ${all.length}`);
          else expect(Buffer.concat(sink.bodies).equals(all)).toBe(true);
          writer.stop();
        },
      ),
      { numRuns: 200 },
    );
  });
});
