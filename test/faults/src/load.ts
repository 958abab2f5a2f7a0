import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { steadily } from './steadily.js';

/** An upstream in a process of its own. */
export interface QuickUpstream extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

/** Starts an upstream that costs little; its `/slow` takes `slowMs`. */
export async function startQuickUpstream(slowMs = 0): Promise<QuickUpstream> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'quick-upstream.mjs'), String(slowMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(said.toString());
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

/** What a flood got for an answer. */
export interface FloodResult {
  readonly statuses: Readonly<Record<string, number>>;
  /** Refusals that do not say when to come back. */
  readonly bareRefusals: number;
  /** The median of those that were served. */
  readonly servedP50Ms: number;
}

/** Floods the gateway from a process of its own. */
export async function flood(asked: {
  url: string;
  path: string;
  token: string;
  connections: number;
  seconds: number;
}): Promise<FloodResult> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'flood.mjs'), JSON.stringify(asked)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  await once(child, 'exit');
  return JSON.parse(said) as FloodResult;
}

/** How long some requests took, and what became of those that failed. */
export interface Measured {
  readonly count: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Measures requests at a steady rate, however slowly they are answered.
 * @param send tells what became of one: `ok`, or the name of its failure
 */
export async function measured(
  perSecond: number,
  send: () => Promise<string>,
  until: Promise<unknown>,
): Promise<Measured> {
  const tookMs: number[] = [];
  const timed = async (): Promise<string> => {
    const begunAt = performance.now();
    const ending = await send();
    tookMs.push(performance.now() - begunAt);
    return ending;
  };
  const failures: Record<string, number> = {};
  for (const ending of await steadily(perSecond, timed, until))
    if (ending !== 'ok') failures[ending] = (failures[ending] ?? 0) + 1;
  tookMs.sort((less, more) => less - more);
  const at = (share: number): number => tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * share))] ?? 0;
  return { count: tookMs.length, failures, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** As it is printed. */
export const shown = ({ count, failures, p50Ms, p99Ms }: Measured): string =>
  `${count} requests, failed: ${JSON.stringify(failures)}, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
