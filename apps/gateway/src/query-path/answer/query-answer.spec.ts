import { describe, expect, it } from '@jest/globals';
import { queryAnswer } from './query-answer.js';

const answer = (type: string, body: Buffer) =>
  queryAnswer({
    executionId: 'e',
    attempts: 1,
    head: { status: 200, headers: [['content-type', type]], region: 'eu', workerId: 'w' },
    end: { bytes: body.length, chunks: 0, durationMs: 1.5 },
    body,
  });

describe('queryAnswer', () => {
  it('passes JSON on with every digit of its numbers', () => {
    const text = answer('application/json', Buffer.from('{"n":9223372036854775807}'));
    expect(text).toContain('"body":{"n":9223372036854775807}');
    expect(JSON.parse(text)).toMatchObject({ bodyEncoding: 'json', status: 200, attempts: 1 });
  });

  it('takes what only says that it is JSON as text', () => {
    expect(JSON.parse(answer('application/json', Buffer.from('{"a":1},"injected":true')))).toMatchObject({
      body: '{"a":1},"injected":true',
      bodyEncoding: 'text',
    });
  });

  it('shows bytes as base64', () => {
    expect(JSON.parse(answer('image/png', Buffer.from([0xff, 0xfe])))).toMatchObject({
      body: '//4=',
      bodyEncoding: 'base64',
    });
  });
});
