export { openDatabase, type DatabaseOptions } from './open-database.js';
export { UnitOfWork, type AuditEntry, type Work } from './unit-of-work.js';
export { type EventSink, type SnapshotSink } from './outbox.js';
export { OutboxRelay } from './outbox-relay.js';
export { migrate, type MigrateOptions } from './migrate.js';
export { organisationsFunction, tenantTable } from './tenant-table.js';
export { decodeCursor, encodeCursor, pageOf, type Page, type Place } from './page.js';
export { violates } from './sql-fault.js';
