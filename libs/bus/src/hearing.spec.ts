import { describe, expect, it } from '@jest/globals';
import { Hearing } from './hearing.js';

describe('Hearing', () => {
  it('counts silence from when one was heard last', () => {
    let now = 0;
    const hearing = new Hearing(() => now);
    for (now = 100; now <= 3_000; now += 100) hearing.look();
    expect(hearing.look()(1_000)).toBe(now - 1_000);
  });

  it('counts none while it was held up, and all of it afterwards', () => {
    let now = 0;
    const hearing = new Hearing(() => now);
    now = 4_000;
    expect(hearing.look()(0)).toBe(0);
    now = 4_400;
    expect(hearing.look()(0)).toBe(400);
    expect(hearing.look()(4_300)).toBe(100);
  });

  it('counts from a new beginning', () => {
    let now = 0;
    const hearing = new Hearing(() => now);
    now = 300;
    hearing.restart();
    now = 400;
    expect(hearing.look()(0)).toBe(100);
  });
});
