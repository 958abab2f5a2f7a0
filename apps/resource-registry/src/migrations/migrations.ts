import { AddSealedValues1763800000000 } from './add-sealed-values.js';
import { AddSecretVariables1764100000000 } from './add-secret-variables.js';
import { CreateResourceRegistry1763700000000 } from './create-resource-registry.js';

/** Every change of the schema, in order. */
export const migrations = [
  CreateResourceRegistry1763700000000,
  AddSealedValues1763800000000,
  AddSecretVariables1764100000000,
];
