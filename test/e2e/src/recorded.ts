import type { Pontage } from '@pontage/testkit';
import { ask } from './ask.js';

/** An audit event, as far as tests look at it. */
export interface Recorded {
  readonly id: string;
  readonly outcome: string;
  readonly resource: { readonly id: string } | null;
  readonly data: unknown;
}

/** The events that are wanted, once there are some; the record is written a moment later. */
export async function recorded(
  pontage: Pontage,
  action: string,
  isWanted: (event: Recorded) => boolean,
): Promise<Recorded[]> {
  for (const deadline = performance.now() + 10_000; ;) {
    const { json } = await ask<{ data: Recorded[] }>(pontage, 'GET', `/api/v1/audit-events?action=${action}&limit=200`);
    const found = json.data.filter(isWanted);
    if (found.length > 0 || performance.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
