import { inUse } from '@pontage/problems';
import type { CallWork } from '../call/call-transactions.js';
import type { CredentialClaims } from '../resource-secrets/credential-claims.js';
import { recordDeleted } from './resource-events.js';
import type { ResourceLinks } from './resource-links.js';
import type { ResourceStore } from './resource-store.js';
import type { SavedResource } from './resource.js';

/** Takes resources away, with all that is known of them. */
export class ResourceRemoval {
  constructor(
    private readonly resources: ResourceStore,
    private readonly links: ResourceLinks,
    private readonly credentials: CredentialClaims,
  ) {}

  /**
   * Deletes a resource that the transaction has locked. Returns what is left to do: it is to be called last, so that
   * nothing but the commit can fail after it; a broker that is away keeps the resource from going.
   * @throws inUse when a saved query calls it
   */
  async remove(work: CallWork, resource: SavedResource): Promise<() => Promise<void>> {
    const by = await this.links.callersOf(work, resource.id);
    if (by.length > 0) throw inUse({ by });
    const hasCredential = await this.resources.hasCredential(work, resource);
    await this.links.dropFromGroups(work, resource.id);
    await this.resources.delete(work, resource);
    recordDeleted(work, resource);
    return async () => {
      if (hasCredential) await this.credentials.forget(resource.id, work.call);
    };
  }
}
