import { migrate } from '@pontage/persistence';
import { readSettings } from '@pontage/settings';
import { AddGrantEnvironments1764200000000 } from './migrations/add-grant-environments.js';
import { AddSealedValues1763800000000 } from './migrations/add-sealed-values.js';
import { CreateResourceRegistry1763700000000 } from './migrations/create-resource-registry.js';
import { migrationSettings, schema } from './settings.js';

await migrate({
  ownerUrl: readSettings(migrationSettings).PONTAGE_DATABASE_OWNER_URL,
  schema,
  appRole: schema,
  migrations: [CreateResourceRegistry1763700000000, AddSealedValues1763800000000, AddGrantEnvironments1764200000000],
});
