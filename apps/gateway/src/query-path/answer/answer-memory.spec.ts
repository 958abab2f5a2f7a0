import { describe, expect, it } from '@jest/globals';
import { AnswerMemory } from './answer-memory.js';

describe('the memory for whole answers', () => {
  const readerIn = (memory: AnswerMemory, org: string) => {
    const granted: number[] = [];
    return { ...memory.open(org, (bytes) => void granted.push(bytes)), granted };
  };

  it('lets workers go on while there is room', () => {
    const reader = readerIn(new AnswerMemory(100), 'a');
    reader.take(20);
    reader.take(20);
    expect(reader.granted).toEqual([20, 20]);
  });

  it('lets one answer of an organisation go on when there is none, and the next when that is over', () => {
    const memory = new AnswerMemory(100);
    const [first, second, third] = [readerIn(memory, 'a'), readerIn(memory, 'a'), readerIn(memory, 'a')];
    for (const each of [first, second, third]) each.take(60);
    for (let left = 5; left > 0; left -= 1) first.take(60);
    expect(first.granted).toHaveLength(6);
    expect([second.granted, third.granted]).toEqual([[], []]);
    first.close();
    expect([second.granted, third.granted]).toEqual([[60], []]);
    second.close();
    third.take(1);
    expect(third.granted).toEqual([60, 1]);
  });

  it('keeps room for another organisation', () => {
    const memory = new AnswerMemory(100);
    const greedy = readerIn(memory, 'a');
    const behind = readerIn(memory, 'a');
    const modest = readerIn(memory, 'b');
    greedy.take(60);
    behind.take(10);
    modest.take(10);
    expect([greedy.granted, behind.granted, modest.granted]).toEqual([[60], [], [10]]);
  });

  it('forgets what is not read any more', () => {
    const memory = new AnswerMemory(100);
    for (let left = 100; left > 0; left -= 1) {
      const reader = readerIn(memory, 'a');
      reader.take(49);
      expect(reader.granted).toEqual([49]);
      reader.close();
    }
  });
});
