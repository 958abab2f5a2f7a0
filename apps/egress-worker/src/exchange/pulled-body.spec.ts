import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { BodyCut, PulledBody, uploadWindow } from './pulled-body.js';

const bodyOf = () => {
  const asked: number[] = [];
  const body = new PulledBody((bytes) => asked.push(bytes));
  return { body, asked };
};

describe('PulledBody', () => {
  it('asks for nothing before somebody reads', () => {
    const { body, asked } = bodyOf();
    expect(asked).toEqual([]);
    body.read(0);
    expect(asked).toEqual([uploadWindow]);
  });

  it('asks for more only as fast as it is read', () => {
    const { body, asked } = bodyOf();
    body.read(0);
    for (let sequence = 0; sequence < 8; sequence += 1) body.receive(sequence, false, Buffer.alloc(uploadWindow / 8));
    expect(asked).toEqual([uploadWindow]);
    let read = 0;
    while (read < uploadWindow / 2) read += (body.read() as Buffer | null)?.length ?? 0;
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.reduce((sum, each) => sum + each) - read).toBeLessThanOrEqual(uploadWindow + 128 * 1024);
  });

  it('gives the bytes in order and ends', async () => {
    const { body } = bodyOf();
    const pieces: Buffer[] = [];
    body.on('data', (piece: Buffer) => pieces.push(piece));
    body.read(0);
    body.receive(0, false, Buffer.from('a'));
    body.receive(1, false, Buffer.from('b'));
    body.receive(2, true, Buffer.from(''));
    await once(body, 'end');
    expect(Buffer.concat(pieces).toString()).toBe('ab');
    expect([body.bytes, body.isComplete]).toEqual([2, true]);
  });

  it.each([
    ['out of turn', 1, 1],
    ['that were not asked for', 0, uploadWindow + 1],
  ])('refuses pieces %s', async (_, sequence, bytes) => {
    const { body } = bodyOf();
    body.read(0);
    const failed = once(body, 'error');
    body.receive(sequence, false, Buffer.alloc(bytes));
    expect((await failed)[0]).toMatchObject({ slug: 'internal' });
  });

  it('says that the client broke off', async () => {
    const { body } = bodyOf();
    const failed = once(body, 'error');
    body.cut();
    expect((await failed)[0]).toBeInstanceOf(BodyCut);
  });
});
