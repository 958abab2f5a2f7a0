import { CreateConfigValues1764100000000 } from './create-config-values.js';
import { CreateCredentialRotations1764900000000 } from './create-credential-rotations.js';
import { CreateCredentials1763700000000 } from './create-credentials.js';
import { KeepConsents1765000000000 } from './keep-consents.js';
import { CreateIdentityKeys1764800000000 } from './create-identity-keys.js';
import { CreateKeyRotations1763800000000 } from './create-key-rotations.js';
import { CreateWebhooks1764700000000 } from './create-webhooks.js';
import { KeyGrantsByCaller1764300000000 } from './key-grants-by-caller.js';
import { ServeWebhooksInTurn1765100000000 } from './serve-webhooks-in-turn.js';

/** Every change of the schema, in order. */
export const migrations = [
  CreateCredentials1763700000000,
  CreateKeyRotations1763800000000,
  CreateConfigValues1764100000000,
  KeyGrantsByCaller1764300000000,
  CreateWebhooks1764700000000,
  CreateIdentityKeys1764800000000,
  CreateCredentialRotations1764900000000,
  KeepConsents1765000000000,
  ServeWebhooksInTurn1765100000000,
];
