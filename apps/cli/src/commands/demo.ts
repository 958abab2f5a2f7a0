import { setTimeout as sleep } from 'node:timers/promises';
import { onDemoStage, type DemoStage } from '../demo/demo-run.js';
import { placeOrders, reconcile, type Reconciliation } from '../demo/load.js';
import { mainJob } from '../demo/main-job.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const report = (line: string): void => void process.stderr.write(`  ${line}\n`);

/** Plays the main job end to end. @returns the exit code: 0 only if every step held */
export async function demo(): Promise<number> {
  const begun = Date.now();
  const held = await onDemoStage(playMainJob, report);
  say(
    held
      ? `Every step held (${((Date.now() - begun) / 1000).toFixed(1)} s with boot and drain).`
      : 'The demo did not hold.',
  );
  return held ? 0 : 1;
}

async function playMainJob(stage: DemoStage): Promise<boolean> {
  const memory = { embedUrl: '', cookie: '' };
  for (const [index, { title, play }] of mainJob.entries()) {
    say(`${index + 1}. ${title}`);
    try {
      say(`   ${await play(stage, memory)}`);
    } catch (error) {
      say(`   FAILED: ${(error as Error).message}`);
      return false;
    }
  }
  return true;
}

/** Places `count` orders, whatever happens to the processes meanwhile, and reconciles. @returns the exit code */
export async function demoLoad(count: number, json: boolean): Promise<number> {
  let result: Reconciliation | undefined;
  const held = await onDemoStage(async (stage) => {
    say(`data ${stage.dataDir}`);
    const { sent, acknowledged, refused } = await placeOrders(stage, count);
    for (const [code, times] of refused) say(`not acknowledged: ${times} × ${code}`);
    result = await untilWhole(() => reconcile(stage, sent, acknowledged));
    return isWhole(result);
  }, report);
  if (result !== undefined) say(json ? JSON.stringify(result) : tell(result));
  return held ? 0 : 1;
}

const isWhole = (result: Reconciliation): boolean =>
  result.acknowledgedWithoutEvent.length +
    result.acknowledgedWithoutEffect.length +
    result.effectsWithoutEvent.length ===
  0;

const tell = (result: Reconciliation): string =>
  [
    `sent ${result.sent}, acknowledged ${result.acknowledged}, audit events ${result.events}, upstream effects ${result.effects}`,
    `acknowledged without an event: ${list(result.acknowledgedWithoutEvent)}`,
    `acknowledged without an effect: ${list(result.acknowledgedWithoutEffect)}`,
    `effects without an event: ${list(result.effectsWithoutEvent)}`,
    `effects that came twice: ${list(result.repeatedEffects)}`,
  ].join('\n');

const list = (ids: readonly string[]): string =>
  ids.length === 0 ? 'none' : `${ids.length} (${ids.slice(0, 5).join(', ')})`;

/** Something may have been killed a moment ago: the counting goes on until it is back and has caught up. */
async function untilWhole(count: () => Promise<Reconciliation>): Promise<Reconciliation> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const late = Date.now() > deadline;
    try {
      const result = await count();
      if (isWhole(result) || late) return result;
    } catch (error) {
      if (late) throw error;
    }
    await sleep(500);
  }
}
