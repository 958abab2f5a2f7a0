import { migrate } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { appendOnlyTables, CreateAuditLog1763700000000 } from './migrations/create-audit-log.js';
import { migrationSettings, schema } from './settings.js';

await migrate({
  ownerUrl: readSettings(migrationSettings).PONTAGE_DATABASE_OWNER_URL,
  schema,
  appRole: schema,
  migrations: [CreateAuditLog1763700000000],
  appendOnly: appendOnlyTables,
});
