import { describe, expect, it } from '@jest/globals';
import { columnTypes, type EventColumns } from '../record/event-columns.js';
import { WrittenRows } from './written-rows.js';

const row = (seq: number, change: Partial<EventColumns> = {}): EventColumns => ({
  ...(Object.fromEntries(Object.keys(columnTypes).map((name) => [name, `${name} ${seq}`])) as unknown as EventColumns),
  seq: String(seq),
  ...change,
});

describe('the rows that were written', () => {
  it('are known again to the letter of every column, and only in their organisation', () => {
    const written = new WrittenRows();
    written.add('a', [row(1), row(2)]);
    written.add('a', [row(3)]);
    expect([1, 2, 3, 4].map((seq) => written.has('a', row(seq)))).toEqual([true, true, true, false]);
    expect(written.has('b', row(1))).toBe(false);
    for (const name of Object.keys(columnTypes))
      expect([name, written.has('a', row(2, { [name]: name === 'seq' ? '7' : 'altered' }))]).toEqual([name, false]);
  });

  it('are forgotten once a checkpoint covers them', () => {
    const written = new WrittenRows();
    written.add('a', [row(1), row(2), row(3)]);
    written.forget('a', 2);
    written.forget('b', 2);
    expect([1, 2, 3].map((seq) => written.has('a', row(seq)))).toEqual([false, false, true]);
  });

  it('are no more than a few thousand', () => {
    const written = new WrittenRows();
    written.add(
      'a',
      Array.from({ length: 5_001 }, (_, index) => row(index + 1)),
    );
    expect([5_000, 5_001].map((seq) => written.has('a', row(seq)))).toEqual([true, false]);
  });
});
