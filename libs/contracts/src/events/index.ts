export { action, actor, auditDraft, auditEvent, type Actor, type AuditDraft, type AuditEvent } from './audit-event.js';
export {
  queryClosedSubject,
  queryIntentSubject,
  queryOutcomeSubject,
  type QueryClosed,
  type QueryIntent,
  type QueryOutcome,
} from './query-events.js';
export { eventActions, eventStream, eventSubject, type EventAction } from './event-actions.js';
export {
  occurrence,
  occurrencePattern,
  occurrenceType,
  occurrenceTypes,
  patternsOf,
  type Occurrence,
  type OccurrenceType,
} from './occurrence.js';
