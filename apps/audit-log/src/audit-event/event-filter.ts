import type { ParsedRequestOf } from '@pontage/contracts';
import type { listAuditEvents } from '@pontage/contracts/audit-log';
import { searchable } from '../record/event-columns.js';
import type { Condition } from '../record/event-table.js';

/** Which events a list is to show, all conditions at once. */
export type EventFilter = Omit<ParsedRequestOf<typeof listAuditEvents>, 'limit' | 'cursor' | 'order'>;

/** The filter as conditions on the table of events. `from` is within, `to` is not. */
export function conditionsOf(filter: EventFilter): Condition[] {
  const { actor, externalIdentifier, action, resource, app, outcome, from, to } = filter;
  return [
    ...where(actor, (value) => ({ sql: 'actor_id = ? OR actor_display = ?', values: [value, value] })),
    ...where(externalIdentifier, (value) => ({ sql: 'external_identifier = ?', values: [value] })),
    ...where(action, actionCondition),
    ...where(resource, (value) => ({ sql: 'resource_id = ?', values: [value] })),
    ...where(app, (value) => ({ sql: 'app = ?', values: [value] })),
    ...where(outcome, (value) => ({ sql: 'outcome = ?', values: [value] })),
    ...where(from, (value) => ({ sql: 'event.at >= ?', values: [value] })),
    ...where(to, (value) => ({ sql: 'event.at < ?', values: [value] })),
  ];
}

const where = (value: string | undefined, condition: (value: string) => Condition): Condition[] =>
  value === undefined ? [] : [condition(searchable(value))];

/** `*` stands for any run of characters; everything else for itself. */
function actionCondition(action: string): Condition {
  if (!action.includes('*')) return { sql: 'action = ?', values: [action] };
  const pattern = action.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll(/\*+/g, '%');
  return { sql: 'action LIKE ?', values: [pattern] };
}
