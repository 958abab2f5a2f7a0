import { Counter } from 'prom-client';

/** Items of the event stream that are in the record; one that came twice counts twice. */
export const recordedItems = new Counter({
  name: 'pontage_audit_items_total',
  help: 'Items of the event stream that were recorded',
});

/** Items that could not become events. */
export const parkedItems = new Counter({
  name: 'pontage_audit_parked_total',
  help: 'Items of the event stream that were parked',
});
