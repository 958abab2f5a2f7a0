import { PontageProblem, type PontageClient } from '@pontage/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoStage } from './demo-run.js';

/** Three counts of the same thing, and where they differ: by id. */
export interface Reconciliation {
  readonly sent: number;
  /** Answered with the upstream's 201. */
  readonly acknowledged: number;
  readonly events: number;
  readonly effects: number;
  /** Acknowledged, but not in the audit log, or not at the upstream: lost. */
  readonly acknowledgedWithoutEvent: readonly string[];
  readonly acknowledgedWithoutEffect: readonly string[];
  /** At the upstream without an event: something left unrecorded. */
  readonly effectsWithoutEvent: readonly string[];
  /** At the upstream more than once. */
  readonly repeatedEffects: readonly string[];
}

const storeId = 99;
const atOnce = 8;
const unreachablePauseMs = 50;

/** Places orders through Pontage as fast as it answers, and notes which ones were acknowledged. */
export async function placeOrders(
  { client }: DemoStage,
  count: number,
): Promise<{ sent: string[]; acknowledged: string[]; refused: Map<string, number> }> {
  const sent: string[] = [];
  const acknowledged: string[] = [];
  const refused = new Map<string, number>();
  const places = Array.from({ length: atOnce }, async () => {
    while (sent.length < count) {
      const reference = randomUUID();
      sent.push(reference);
      const code = await placeOrder(client, reference);
      if (code === undefined) acknowledged.push(reference);
      else refused.set(code, (refused.get(code) ?? 0) + 1);
    }
  });
  await Promise.all(places);
  return { sent, acknowledged, refused };
}

/** @returns undefined when it was acknowledged, otherwise why it was not */
async function placeOrder(client: PontageClient, reference: string): Promise<string | undefined> {
  try {
    const value = { storeId, item: 'rope', quantity: 1, reference };
    const answer = await client.call(
      'runAdHocQuery',
      { path: { resource: 'orders' }, body: { method: 'POST', path: '/orders', body: { type: 'json', value } } },
      { requestId: reference },
    );
    return answer.status === 201 ? undefined : `upstream ${answer.status}`;
  } catch (error) {
    if (error instanceof PontageProblem) return error.code;
    // The gateway is being started again; actions are not to be used up on a closed port.
    await sleep(unreachablePauseMs);
    return (error as Error).message;
  }
}

/** Compares what was acknowledged with the audit log and with what the upstream has. */
export async function reconcile(
  { client }: DemoStage,
  sent: readonly string[],
  acknowledged: readonly string[],
): Promise<Reconciliation> {
  const ours = new Set(sent);
  const events = new Set<string>();
  for await (const event of client.all('listAuditEvents', { query: { action: 'query.ran', order: 'asc' } })) {
    if (event.requestId !== null && ours.has(event.requestId)) events.add(event.requestId);
  }
  const answer = await client.call('runAdHocQuery', {
    path: { resource: 'orders' },
    body: {
      method: 'GET',
      path: '/orders',
      urlParams: [
        ['storeId', String(storeId)],
        ['limit', '1000000'],
      ],
    },
  });
  const references = (answer.body as { reference: string }[]).map(({ reference }) => reference);
  const effects = new Set(references);
  return {
    sent: sent.length,
    acknowledged: acknowledged.length,
    events: events.size,
    effects: effects.size,
    acknowledgedWithoutEvent: acknowledged.filter((id) => !events.has(id)),
    acknowledgedWithoutEffect: acknowledged.filter((id) => !effects.has(id)),
    effectsWithoutEvent: [...effects].filter((id) => !events.has(id)),
    repeatedEffects: references.filter((id, index) => references.indexOf(id) !== index),
  };
}
