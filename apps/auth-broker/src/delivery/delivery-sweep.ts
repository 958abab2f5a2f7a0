import type { Swept } from '../sweep.js';
import type { DeliveryStore } from './delivery-store.js';

/** Deletes deliveries that have been here for seven days. */
export const deliverySweep = (deliveries: DeliveryStore): Swept => ({
  everyMs: 10 * 60_000,
  sweep: () => deliveries.sweep(),
  done: 'deliveries to webhooks were deleted that had been over for long',
  failed: 'deliveries to webhooks could not be swept; trying again in ten minutes',
});
