import { describe, expect, it } from '@jest/globals';
import { ProcessKeys } from './process-keys.js';
import { SealedChannels, type PeerKey } from './sealed-channels.js';

function twoProcesses() {
  const announced = new Map<string, PeerKey>();
  const announce = (process: string, keys: ProcessKeys) => announced.set(keys.current.id, { ...keys.current, process });
  const [a, b, c] = [new ProcessKeys(), new ProcessKeys(), new ProcessKeys()];
  announce('gateway/a', a);
  announce('auth-broker/b', b);
  announce('query-proxy/c', c);
  const channels = (keys: ProcessKeys) => new SealedChannels(keys, (id) => announced.get(id));
  return { a, b, c, announce, of: { a: channels(a), b: channels(b), c: channels(c) } };
}

const secret = Buffer.from('s3cret');

describe('SealedChannels', () => {
  it('opens for the process it was sealed for, and names who sealed it', () => {
    const { b, of } = twoProcesses();
    const box = of.a.seal(b.current, secret, 'v1.auth-broker.credential.draft');
    expect(Buffer.from(box).includes(secret)).toBe(false);
    const opened = of.b.open(box, 'v1.auth-broker.credential.draft');
    expect([Buffer.from(opened.plain), opened.from]).toEqual([secret, 'gateway/a']);
  });

  it('never seals the same twice alike', () => {
    const { b, of } = twoProcesses();
    expect(of.a.seal(b.current, secret, 'x')).not.toEqual(of.a.seal(b.current, secret, 'x'));
  });

  it('opens for nobody else, for no other context, and with no flipped byte', () => {
    const { b, of } = twoProcesses();
    const box = of.a.seal(b.current, secret, 'x');
    expect(() => of.c.open(box, 'x')).toThrow();
    expect(() => of.b.open(box, 'y')).toThrow();
    for (let index = 0; index < box.length; index += 1) {
      const altered = Buffer.from(box);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(() => of.b.open(altered, 'x')).toThrow();
    }
  });

  it('does not open a box that comes back to its sender', () => {
    const { b, of } = twoProcesses();
    expect(() => of.a.open(of.a.seal(b.current, secret, 'x'), 'x')).toThrow();
  });

  it('opens what was sealed before a rotation, and forgets keys after three', () => {
    const { b, announce, of } = twoProcesses();
    const before = of.a.seal(b.current, secret, 'x');
    b.rotate();
    announce('auth-broker/b', b);
    expect(Buffer.from(of.b.open(before, 'x').plain)).toEqual(secret);
    const old = of.a.seal(b.current, secret, 'x');
    b.rotate();
    b.rotate();
    b.rotate();
    expect(() => of.b.open(old, 'x')).toThrow(/does not have/);
  });
});
