import { AddEnvironmentCredentials1764000000000 } from './add-environment-credentials.js';
import { AddGrantEnvironments1764200000000 } from './add-grant-environments.js';
import { AddQueryCache1764500000000 } from './add-query-cache.js';
import { AddQueryRetries1764400000000 } from './add-query-retries.js';
import { AddReturnOrigins1765000000000 } from './add-return-origins.js';
import { AddSealedValues1763800000000 } from './add-sealed-values.js';
import { AddSecretAges1764900000000 } from './add-secret-ages.js';
import { AddSecretVariables1764100000000 } from './add-secret-variables.js';
import { CreateMembers1764600000000 } from './create-members.js';
import { CreateRegionSettings1764300000000 } from './create-region-settings.js';
import { CreateResourceRegistry1763700000000 } from './create-resource-registry.js';

/** The steps of the registry's schema, in their order. */
export const migrations = [
  CreateResourceRegistry1763700000000,
  AddSealedValues1763800000000,
  AddEnvironmentCredentials1764000000000,
  AddSecretVariables1764100000000,
  AddGrantEnvironments1764200000000,
  CreateRegionSettings1764300000000,
  AddQueryRetries1764400000000,
  AddQueryCache1764500000000,
  CreateMembers1764600000000,
  AddSecretAges1764900000000,
  AddReturnOrigins1765000000000,
];
