import type { Call, RequestOf } from '@pontage/contracts';
import type { claimConfigValue } from '@pontage/contracts/auth-broker';
import type { SecretValue } from './config-variable.js';

/** The broker, as far as the registry needs it: it keeps the secret values of variables. */
export abstract class ValueClaims {
  /**
   * Turns a draft into the value of a variable; one that equals the value before is that one.
   * @throws secretRequired; invalidRequest for a draft that is gone
   */
  abstract claim(claim: RequestOf<typeof claimConfigValue>, call: Call): Promise<SecretValue>;
}
