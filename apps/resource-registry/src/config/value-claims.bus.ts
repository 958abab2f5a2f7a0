import type { Bus } from '@pontage/bus';
import type { Call, RequestOf } from '@pontage/contracts';
import { claimConfigValue } from '@pontage/contracts/auth-broker';
import { invalidRequest, isProblem, notFound } from '@pontage/problems';
import type { SecretValue } from './config-variable.js';
import { ValueClaims } from './value-claims.js';

/** The broker over the bus. */
export class BusValueClaims extends ValueClaims {
  constructor(private readonly bus: Bus) {
    super();
  }

  async claim(claim: RequestOf<typeof claimConfigValue>, call: Call): Promise<SecretValue> {
    try {
      return await this.bus.request(claimConfigValue, claim, call);
    } catch (cause) {
      if (!isProblem(cause, notFound)) throw cause;
      const errors = [{ pointer: '/value', detail: 'The draft has expired; send it again.' }];
      throw invalidRequest({}, { cause, errors });
    }
  }
}
