import { migrate } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { migrations } from './migrations/migrations.js';
import { migrationSettings, schema } from './settings.js';

await migrate({
  ownerUrl: readSettings(migrationSettings).PONTAGE_DATABASE_OWNER_URL,
  schema,
  appRole: schema,
  migrations,
});
