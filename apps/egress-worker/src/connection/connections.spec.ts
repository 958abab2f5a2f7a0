import { afterEach, describe, expect, it } from '@jest/globals';
import { Connections } from './connections.js';
import { Dialer } from './dialer.js';

const dialer = new Dialer({ policy: { allow: [], ownAddresses: [] }, resolve: () => Promise.resolve([]) });

describe('Connections', () => {
  const connections = new Connections(dialer, { maxIdle: 2 });
  afterEach(() => connections.close());
  const take = (org: string, origin = 'http://a.test', fresh = false) => connections.take(org, origin, fresh);

  it('gives a connection to the same organisation and origin again, the last one first', () => {
    const [first, second] = [take('1'), take('1')];
    connections.giveBack(first);
    connections.giveBack(second);
    expect(take('1')).toBe(second);
    expect(take('2')).not.toBe(first);
    expect(take('1', 'https://a.test')).not.toBe(first);
    expect(take('1', 'http://a.test', true)).not.toBe(first);
    expect(take('1')).toBe(first);
    expect(first.reused).toBe(true);
  });

  it('lets the one that has waited longest go when there are too many', () => {
    const [first, second, third] = [take('1'), take('2'), take('3')];
    for (const each of [first, second, third]) connections.giveBack(each);
    expect(connections.size).toBe(2);
    expect(take('1')).not.toBe(first);
    expect(take('3')).toBe(third);
  });
});
