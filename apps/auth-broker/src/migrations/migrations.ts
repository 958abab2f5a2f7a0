import { CreateConfigValues1764100000000 } from './create-config-values.js';
import { CreateCredentials1763700000000 } from './create-credentials.js';
import { CreateKeyRotations1763800000000 } from './create-key-rotations.js';

/** Every change of the schema, in order. */
export const migrations = [
  CreateCredentials1763700000000,
  CreateKeyRotations1763800000000,
  CreateConfigValues1764100000000,
];
