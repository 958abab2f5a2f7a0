import { describe, expect, it } from '@jest/globals';
import { Supervised, type Instance } from './supervised.js';

/** A process that the test ends when it likes. */
class Puppet implements Instance {
  readonly health = null;
  readonly exited: Promise<string>;
  readonly leaving: Promise<void>;
  end: (how: string) => void = () => undefined;
  leave: () => void = () => undefined;

  constructor(readonly pid: number) {
    this.exited = new Promise((resolve) => (this.end = resolve));
    this.leaving = new Promise((resolve) => (this.leave = resolve));
  }

  async stop(): Promise<void> {
    this.end('ended with code 0');
  }
}

function stage(start: (attempt: number, signal: AbortSignal) => Promise<Instance>) {
  const reports: string[] = [];
  const up: number[] = [];
  let waiting: { count: number; resolve: () => void } | undefined;
  let attempt = 0;
  const supervised = new Supervised({
    name: 'probe',
    start: (signal) => start((attempt += 1), signal),
    onUp: ({ pid }) => {
      up.push(pid);
      if (waiting !== undefined && up.length >= waiting.count) waiting.resolve();
    },
    onDown: () => undefined,
    report: (line) => reports.push(line),
  });
  const untilUp = (count: number): Promise<void> => new Promise((resolve) => (waiting = { count, resolve }));
  return { supervised, reports, up, untilUp };
}

describe('Supervised', () => {
  it('starts again what ended by itself, and says so', async () => {
    const puppets: Puppet[] = [];
    const { supervised, reports, up, untilUp } = stage(async (attempt) => (puppets[attempt - 1] = new Puppet(attempt)));
    await supervised.start();
    const again = untilUp(2);
    puppets[0]?.end('ended with SIGKILL');
    await again;
    expect(up).toEqual([1, 2]);
    expect(reports[0]).toBe('probe ended with SIGKILL; starting it again in 100 ms');
    await supervised.stop();
  });

  it('waits longer before each try that fails', async () => {
    const { supervised, reports, untilUp } = stage(async (attempt) => {
      if (attempt === 2) throw new Error('does not come up');
      return new Puppet(attempt);
    });
    const first = (await supervised.start()) as Puppet;
    const again = untilUp(2);
    first.end('ended with code 1');
    await again;
    expect(reports).toEqual([
      'probe ended with code 1; starting it again in 100 ms',
      'probe does not come up; starting it again in 200 ms',
      'probe runs again as process 3',
    ]);
    await supervised.stop();
  });

  it('has a successor up before what was told to end by somebody else ends', async () => {
    const puppets: Puppet[] = [];
    const { supervised, reports, up, untilUp } = stage(async (attempt) => (puppets[attempt - 1] = new Puppet(attempt)));
    await supervised.start();
    const again = untilUp(2);
    puppets[0]?.leave();
    await again;
    expect(await puppets[0]?.exited).toBe('ended with code 0');
    expect(up).toEqual([1, 2]);
    expect(reports).toEqual(['probe was told to stop; its successor comes first', 'probe runs again as process 2']);
    await supervised.stop();
    expect(await puppets[1]?.exited).toBe('ended with code 0');
  });

  it('starts again what left and whose successor did not come up', async () => {
    const puppets: Puppet[] = [];
    const { supervised, up, untilUp } = stage(async (attempt) => {
      if (attempt === 2) throw new Error('does not come up');
      return (puppets[attempt - 1] = new Puppet(attempt));
    });
    await supervised.start();
    const again = untilUp(2);
    puppets[0]?.leave();
    await again;
    expect(up).toEqual([1, 3]);
    await supervised.stop();
  });

  it('does not start again what it was told to stop', async () => {
    const { supervised, up } = stage(async (attempt) => new Puppet(attempt));
    await supervised.start();
    await supervised.stop();
    expect(up).toEqual([1]);
  });

  it('gives up a start that nobody waits for any more', async () => {
    const { supervised } = stage(
      (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up')))),
    );
    const starting = supervised.start();
    await supervised.stop();
    await expect(starting).rejects.toThrow('given up');
  });
});
