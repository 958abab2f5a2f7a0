import type { Swept } from '../sweep/sweep.js';
import type { DeliveryStore } from './delivery-store.js';

/** Deletes deliveries that have been here for seven days, and those of webhooks that are deleted. */
export const deliverySweep = (deliveries: DeliveryStore): Swept => ({
  everyMs: 10 * 60_000,
  sweep: () => deliveries.sweep(),
  done: 'deliveries to webhooks were deleted that nobody looks for any more',
  failed: 'deliveries to webhooks could not be swept; trying again in ten minutes',
});
