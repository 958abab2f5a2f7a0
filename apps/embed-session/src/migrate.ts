import { migrate } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { CreateEmbedSession1763700000000 } from './migrations/create-embed-session.js';
import { migrationSettings, schema } from './settings.js';

await migrate({
  ownerUrl: readSettings(migrationSettings).PONTAGE_DATABASE_OWNER_URL,
  schema,
  appRole: schema,
  migrations: [CreateEmbedSession1763700000000],
});
