import { migrate } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { CreateCredentials1763700000000 } from './migrations/create-credentials.js';
import { migrationSettings, schema } from './settings.js';

await migrate({
  ownerUrl: readSettings(migrationSettings).PONTAGE_DATABASE_OWNER_URL,
  schema,
  appRole: schema,
  migrations: [CreateCredentials1763700000000],
});
