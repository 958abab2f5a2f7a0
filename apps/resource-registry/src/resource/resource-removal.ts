import { inUse } from '@pontage/problems';
import type { CallWork } from '../call/call-transactions.js';
import type { CredentialClaims } from '../resource-secrets/credential-claims.js';
import { recordDeleted } from './resource-events.js';
import type { ResourceLinks } from './resource-links.js';
import type { ResourceStore } from './resource-store.js';
import type { SavedResource } from './resource.js';

/** A resource that is gone with the transaction, but for its secrets. */
export interface RemovedResource {
  readonly id: string;
  readonly hasCredential: boolean;
}

/** Takes resources away, with all that is known of them. */
export class ResourceRemoval {
  constructor(
    private readonly resources: ResourceStore,
    private readonly links: ResourceLinks,
    private readonly credentials: CredentialClaims,
  ) {}

  /**
   * Deletes a resource that the transaction has locked. Whoever calls it calls {@link forgetSecrets}, too.
   * @throws inUse when a saved query calls it
   */
  async remove(work: CallWork, resource: SavedResource): Promise<RemovedResource> {
    const by = await this.links.callersOf(work, resource.id);
    if (by.length > 0)
      throw inUse({ by }, { detail: `The resource ${resource.settings.name} is still called by ${by.join(', ')}.` });
    const hasCredential = await this.resources.hasCredential(work, resource);
    await this.links.dropFromGroups(work, resource.id);
    await this.resources.delete(work, resource);
    recordDeleted(work, resource);
    return { id: resource.id, hasCredential };
  }

  /**
   * Has the secrets forgotten of all that the transaction has removed. To be called once, and last, so that nothing but
   * the commit can fail after it; a broker that is away keeps all of the resources from going.
   */
  async forgetSecrets({ call }: CallWork, removed: readonly RemovedResource[]): Promise<void> {
    const ids = removed.filter(({ hasCredential }) => hasCredential).map(({ id }) => id);
    if (ids.length > 0) await this.credentials.forget(ids, call);
  }
}
