import { describe, expect, it } from '@jest/globals';
import { ChallengeMemory } from './challenge-memory.js';

const of = (url: string, credential = 'c/eu-central-1/production') => ({ credential, url });

describe('ChallengeMemory', () => {
  it('knows the same of every URL of an origin', () => {
    const memory = new ChallengeMemory();
    memory.note(of('https://a.test/x?y'), 1);
    expect(memory.recall(of('https://A.test:443/z'))).toBe(1);
    memory.note(of('https://a.test'), undefined);
    expect(memory.recall(of('https://a.test/x?y'))).toBeUndefined();
  });

  it.each([
    of('http://a.test/'),
    of('https://a.test:8443/'),
    of('https://b.test/'),
    of('https://a.test/', 'd/eu-central-1/production'),
    of('https://a.test/', 'c/eu-central-1/production/external:user-1'),
  ])('uses nothing for anybody else: %j', (other) => {
    const memory = new ChallengeMemory();
    memory.note(of('https://a.test/'), 1);
    expect(memory.recall(other)).toBeUndefined();
  });

  it('forgets what has been unused the longest when it is full', () => {
    const memory = new ChallengeMemory();
    for (let index = 0; index < 10_000; index += 1) memory.note(of(`https://h${index}.test/`), index);
    memory.note(of('https://h0.test/'), 'used again');
    memory.note(of('https://new.test/'), 'new');
    expect([0, 1, 2].map((index) => memory.recall(of(`https://h${index}.test/`)))).toEqual([
      'used again',
      undefined,
      2,
    ]);
  });
});
