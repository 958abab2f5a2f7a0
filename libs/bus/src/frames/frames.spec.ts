import { describe, expect, it } from '@jest/globals';
import { decodeBatch, encodeBatch } from './batch.js';
import { decodeCancel, decodeFlow, encodeCancel, encodeFlow, type Flow } from './flow.js';
import { decodeFrame, encodeChunk, encodeFrame } from './frame.js';
import { decodeMessage, encodeMessage } from './message.js';

const executionId = '0f8fad5b-d9cb-469f-a165-70867728950e';

describe('the codecs of the query path', () => {
  it('carry head, body and reply of a message unchanged', () => {
    const { head, body, reply } = decodeMessage(encodeMessage({ a: 'ä' }, '_INBOX.gateway.x', Buffer.from([0, 255])));
    expect([head, [...body], reply]).toEqual([{ a: 'ä' }, [0, 255], '_INBOX.gateway.x']);
  });

  it('carry several messages in one', () => {
    const parts = [Buffer.from('ab'), Buffer.alloc(0), Buffer.from('c')];
    expect(decodeBatch(encodeBatch(parts)).map((part) => Buffer.from(part).toString())).toEqual(['ab', '', 'c']);
    expect(decodeBatch(encodeBatch([]))).toEqual([]);
  });

  it('carry frames and chunks unchanged', () => {
    const head = { status: 200, headers: [['a', 'b']] as const, region: 'eu', workerId: 'w' };
    const frame = decodeFrame(encodeFrame('head', 2, head, Buffer.from('xy')));
    expect(frame).toMatchObject({ type: 'head', attempt: 2, head });
    expect(decodeFrame(encodeChunk(1, 70_000, Buffer.from('z')))).toMatchObject({ type: 'chunk', sequence: 70_000 });
  });

  it.each<Flow>([
    { type: 'grant', executionId, attempt: 2, bytes: 131_072 },
    { type: 'data', executionId, attempt: 2, sequence: 3, last: true, body: Buffer.from('end') },
    { type: 'data', executionId, attempt: 2, sequence: 2, last: false, body: Buffer.from('mid') },
    { type: 'cut', executionId, attempt: 2 },
    { type: 'release', executionId, attempt: 2 },
    { type: 'hold', executionId, attempt: 2, ms: 30_000 },
    { type: 'discard', executionId, attempt: 2 },
    { type: 'refuse', executionId, attempt: 2, problem: { slug: 'too-many-redirects', facts: { limit: 5 } } },
  ])('carry $type', (flow) => {
    expect(decodeFlow(encodeFlow(flow))).toEqual(flow);
  });

  it('carry a cancellation', () => expect(decodeCancel(encodeCancel(executionId))).toBe(executionId));

  it('refuse what is none of theirs', () => {
    expect(() => decodeFrame(Buffer.from([99, 0, 0, 0, 0, 0]))).toThrow(RangeError);
    expect(() => decodeFrame(Buffer.from([2, 0, 0, 0, 0, 9, 1]))).toThrow(RangeError);
    expect(() => decodeFlow(Buffer.alloc(21))).toThrow(RangeError);
    expect(() => decodeFlow(Buffer.alloc(22))).toThrow(RangeError);
    expect(() => decodeMessage(Buffer.from([0, 0, 1, 0]))).toThrow(RangeError);
    expect(() => decodeMessage(Buffer.from([0, 0, 1, 0, 0, 0]))).toThrow(RangeError);
    expect(() => decodeBatch(Buffer.from([0, 0, 0, 2, 1]))).toThrow(RangeError);
    expect(() => decodeBatch(Buffer.from([0, 0]))).toThrow(RangeError);
    expect(() => decodeCancel(Buffer.alloc(3))).toThrow(RangeError);
  });
});
