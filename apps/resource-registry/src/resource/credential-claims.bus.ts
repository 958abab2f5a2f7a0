import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { claimCredential, forgetCredentials } from '@pontage/contracts/auth-broker';
import { invalidRequest, isProblem, notFound } from '@pontage/problems';
import { CredentialClaims, type Claim } from './credential-claims.js';
import type { Credential } from './resource.js';

/** The broker over the bus. */
export class BusCredentialClaims extends CredentialClaims {
  constructor(private readonly bus: Bus) {
    super();
  }

  async claim(claim: Claim, call: Call): Promise<Credential> {
    try {
      return await this.bus.request(claimCredential, claim, call);
    } catch (cause) {
      if (!isProblem(cause, notFound)) throw cause;
      throw invalidRequest(
        {},
        { cause, errors: [{ pointer: '/authentication', detail: 'The draft has expired; send it again.' }] },
      );
    }
  }

  async forget(resourceId: string, call: Call): Promise<void> {
    await this.bus.request(forgetCredentials, { resourceId }, call);
  }
}
