import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { decodeFrame, encodeChunk, encodeFrame } from '@pontage/bus';
import { AnswerAssembly, type AnswerReader } from './answer.js';

const head = { status: 200, headers: [], region: 'eu', workerId: 'w' };
const end = { bytes: 4, chunks: 2, durationMs: 1 };

function assemble(...frames: Uint8Array[]): string[] {
  const heard: string[] = [];
  const assembly = new AnswerAssembly({
    pull: () => heard.push('pull'),
    head: (_, attempt) => heard.push(`head ${attempt}`),
    chunk: (bytes) => heard.push(Buffer.from(bytes).toString()),
    end: () => heard.push('end'),
    problem: () => heard.push('problem'),
  });
  take(assembly, ...frames);
  return heard;
}

function take(assembly: AnswerAssembly, ...frames: Uint8Array[]): void {
  for (const bytes of frames) {
    const frame = decodeFrame(bytes);
    if (frame.type === 'head' || frame.type === 'whole' || frame.type === 'chunk' || frame.type === 'end')
      assembly.take(frame);
  }
}

const ignore = () => undefined;
const nobody: AnswerReader = { pull: ignore, head: ignore, chunk: ignore, end: ignore, problem: ignore };

const chunk = (sequence: number, text: string, attempt = 1) => encodeChunk(attempt, sequence, Buffer.from(text));

describe('AnswerAssembly', () => {
  it('delivers head, chunks and end in order, whatever comes first', () => {
    const frames = [chunk(1, 'b'), encodeFrame('end', 1, end), encodeFrame('head', 1, head), chunk(0, 'a')];
    expect(assemble(...frames)).toEqual(['head 1', 'a', 'b', 'end']);
  });

  it('delivers a whole answer at once', () => {
    expect(assemble(encodeFrame('whole', 1, { ...head, ...end }, Buffer.from('all')))).toEqual([
      'head 1',
      'all',
      'end',
    ]);
  });

  it('takes the first attempt that sends a head, and nothing of another one', () => {
    const frames = [
      encodeFrame('head', 2, head),
      encodeFrame('head', 1, head),
      chunk(0, 'old', 1),
      chunk(0, 'a', 2),
      encodeFrame('end', 1, end),
      chunk(1, 'b', 2),
      encodeFrame('end', 2, end),
    ];
    expect(assemble(...frames)).toEqual(['head 2', 'a', 'b', 'end']);
  });

  it('has nothing of an attempt whose head comes too late, though its chunks came before any head', () => {
    const frames = [
      chunk(0, 'old', 1),
      encodeFrame('end', 1, { ...end, chunks: 1 }),
      encodeFrame('head', 2, head),
      encodeFrame('head', 1, head),
      chunk(0, 'a', 2),
      chunk(1, 'b', 2),
      encodeFrame('end', 2, end),
    ];
    expect(assemble(...frames)).toEqual(['head 2', 'a', 'b', 'end']);
  });

  it('does not end before every chunk is there', () => {
    expect(assemble(encodeFrame('head', 1, head), chunk(0, 'a'), encodeFrame('end', 1, end))).toEqual(['head 1', 'a']);
  });

  describe('says since when a chunk is missing', () => {
    const begun = () => {
      const assembly = new AnswerAssembly(nobody);
      take(assembly, encodeFrame('head', 2, head));
      return assembly;
    };

    it('that others have overtaken, until it comes', () => {
      const assembly = begun();
      take(assembly, chunk(0, 'a', 2));
      expect(assembly.missingSince).toBeUndefined();
      take(assembly, chunk(2, 'c', 2));
      expect(assembly.missingSince).toBeCloseTo(performance.now(), -2);
      take(assembly, chunk(1, 'b', 2));
      expect(assembly.missingSince).toBeUndefined();
    });

    it('of which the end tells, or the worker says that it has sent it', () => {
      const ended = begun();
      take(ended, encodeFrame('end', 2, end));
      expect(ended.missingSince).toBeDefined();
      const told = begun();
      told.sent(0, 2);
      told.sent(3, 1);
      expect(told.missingSince).toBeUndefined();
      told.sent(1, 2);
      expect(told.missingSince).toBeDefined();
    });

    it('again from when others came', async () => {
      const assembly = begun();
      assembly.sent(3, 2);
      const before = assembly.missingSince ?? 0;
      await sleep(5);
      take(assembly, chunk(0, 'a', 2));
      expect(assembly.missingSince).toBeGreaterThan(before);
    });
  });
});
