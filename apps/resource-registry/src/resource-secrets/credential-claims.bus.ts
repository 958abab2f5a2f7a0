import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { claimCredential, claimSecrets, findSuccessors, forgetCredentials } from '@pontage/contracts/auth-broker';
import { invalidRequest, isProblem, notFound } from '@pontage/problems';
import {
  CredentialClaims,
  type ClaimedCredential,
  type ClaimedSecrets,
  type Claim,
  type SecretsClaim,
  type Successor,
} from './credential-claims.js';

/** The broker over the bus. */
export class BusCredentialClaims extends CredentialClaims {
  constructor(private readonly bus: Bus) {
    super();
  }

  async claim(claim: Claim, call: Call): Promise<ClaimedCredential> {
    const {
      brought = [],
      rotatedAt,
      ...claimed
    } = await this.bus.request(claimCredential, claim, call).catch(expired('/authentication'));
    return { ...claimed, rotatedAt, brought };
  }

  async claimSecrets({ keep, ...claim }: SecretsClaim, call: Call): Promise<ClaimedSecrets> {
    const kept = keep.map(({ place, pointer, value }) => ({ place, pointer, fingerprint: value.fingerprint }));
    const { brought = [], ...claimed } = await this.bus
      .request(claimSecrets, { ...claim, keep: kept }, call)
      .catch(expired(''));
    return { ...claimed, brought };
  }

  async successors(
    resourceId: string,
    credentialIds: readonly string[],
    call: Call,
  ): Promise<Readonly<Record<string, Successor>>> {
    const asked = { resourceId, credentialIds: [...credentialIds] };
    return (await this.bus.request(findSuccessors, asked, call)).successors;
  }

  async forget(resourceIds: readonly string[], call: Call): Promise<void> {
    await this.bus.request(forgetCredentials, { resourceIds: [...resourceIds] }, call);
  }
}

const expired =
  (pointer: string) =>
  (cause: unknown): never => {
    if (!isProblem(cause, notFound)) throw cause;
    throw invalidRequest({}, { cause, errors: [{ pointer, detail: 'The draft has expired; send it again.' }] });
  };
