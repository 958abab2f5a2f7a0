import type { AuditEvent } from '@pontage/contracts/events';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PontageClient } from '../client/pontage-client.js';
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
    const answer = await client.ask('POST', '/api/v1/resources/orders/query', {
      headers: { 'x-request-id': reference },
      body: {
        method: 'POST',
        path: '/orders',
        body: { type: 'json', value: { storeId, item: 'rope', quantity: 1, reference } },
      },
    });
    const said = (await answer.json()) as { status?: number; code?: string };
    if (answer.ok) return said.status === 201 ? undefined : `upstream ${said.status}`;
    return said.code ?? `HTTP ${answer.status}`;
  } catch (error) {
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
  for await (const event of client.list<AuditEvent>('/api/v1/audit-events?action=query.ran&order=asc')) {
    if (event.requestId !== null && ours.has(event.requestId)) events.add(event.requestId);
  }
  const answer = await client.send<{ body: { reference: string }[] }>('POST', '/api/v1/resources/orders/query', {
    body: {
      method: 'GET',
      path: '/orders',
      urlParams: [
        ['storeId', String(storeId)],
        ['limit', '1000000'],
      ],
    },
  });
  const references = answer.body.map(({ reference }) => reference);
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
