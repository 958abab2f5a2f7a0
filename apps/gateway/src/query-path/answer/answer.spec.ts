import { describe, expect, it } from '@jest/globals';
import { decodeFrame, encodeChunk, encodeFrame } from '@pontage/bus';
import { AnswerAssembly } from './answer.js';

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
  for (const bytes of frames) {
    const frame = decodeFrame(bytes);
    if (frame.type === 'head' || frame.type === 'whole' || frame.type === 'chunk' || frame.type === 'end')
      assembly.take(frame);
  }
  return heard;
}

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

  it('does not end before every chunk is there', () => {
    expect(assemble(encodeFrame('head', 1, head), chunk(0, 'a'), encodeFrame('end', 1, end))).toEqual(['head 1', 'a']);
  });
});
