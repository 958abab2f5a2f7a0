import { authMethods, type AuthMethod, type Credential } from '@pontage/auth-methods';
import type { Call } from '@pontage/contracts';
import { SealBroken } from '@pontage/envelope';
import { type UnitOfWork } from '@pontage/persistence';
import { leaseUnavailable, notFound } from '@pontage/problems';
import { OneAtATime } from '../one-at-a-time.js';
import { reportDamage } from '../secrets/report-damage.js';
import { type CredentialStore, type StoredCredential } from './credential-store.js';

/** A credential in clear, its templates as they were written. */
export interface OpenedCredential {
  readonly method: AuthMethod;
  readonly credential: Credential;
  /** The credential that stands in for it, as it has not proven itself; null: none does. */
  readonly replaces: string | null;
}

/** Finds the credentials of resources and opens them, once for all who ask at the same time. */
export class OpenedCredentials {
  private readonly opening = new OneAtATime<OpenedCredential>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialStore,
  ) {}

  /** @throws notFound; leaseUnavailable when it cannot be opened, which is then on record */
  find(of: { readonly credentialId: string; readonly resourceId: string }, call: Call): Promise<OpenedCredential> {
    const { credentialId, resourceId } = of;
    return this.opening.run(JSON.stringify([call.org, credentialId, resourceId]), async () => {
      const { stored, replaces } = await this.unitOfWork.run(call.org, async (work) => ({
        stored: await this.credentials.find(work, credentialId, resourceId),
        replaces: await this.credentials.rotations.previousOf(work, credentialId),
      }));
      if (stored === undefined) throw notFound({}, { detail: 'There is no such credential.' });
      const method = authMethods.get(stored.method);
      if (method === undefined)
        throw leaseUnavailable({}, { note: `a credential of the unknown method ${stored.method}` });
      return { method, credential: { settings: stored.settings, secrets: await this.open(stored, call) }, replaces };
    });
  }

  private async open(stored: StoredCredential, call: Call): Promise<Record<string, unknown>> {
    try {
      return this.credentials.open(stored);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      await reportDamage(this.unitOfWork, call, {
        resourceId: stored.resourceId,
        credentialId: stored.id,
        part: 'credential',
      });
      throw leaseUnavailable({}, { detail: 'The stored credential cannot be opened.', cause: error });
    }
  }
}
