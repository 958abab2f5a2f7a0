import type { UnitOfWork } from '@pontage/persistence';
import { deleteInBatches } from '../sweep/delete-in-batches.js';

/**
 * Deletes what an organisation's deleted webhooks have left: their deliveries, and then themselves. Whoever is stopped half
 * way has done no harm: the rest goes the next time. Returns how many deliveries there were.
 * @param until the time, in milliseconds of the epoch, from which on what is left stays for the next time
 */
export async function clearDeletedWebhooks(unitOfWork: UnitOfWork, org: string, until = Infinity): Promise<number> {
  const deleted = await unitOfWork.run(org, ({ manager }) =>
    manager.query<{ id: string }[]>('SELECT id FROM webhook WHERE deleted_at IS NOT NULL'),
  );
  let cleared = 0;
  for (const { id } of deleted) {
    const theirs = { table: 'webhook_delivery', key: 'id', which: 'webhook_id = $1', order: 'place', parameters: [id] };
    cleared += await deleteInBatches(unitOfWork, org, theirs, until);
  }
  // What was told before the webhook was deleted, and is committed only now, goes with the row. With NOT EXISTS the planner
  // may read the deliveries of all webhooks.
  const isEmpty = `deleted_at IS NOT NULL AND (SELECT min(place) FROM webhook_delivery WHERE webhook_id = webhook.id) IS NULL`;
  const emptied = { table: 'webhook', key: 'id', which: isEmpty, order: 'place' };
  if (deleted.length > 0) await deleteInBatches(unitOfWork, org, emptied);
  return cleared;
}
