import { invalidRequest, isProblem, notFound } from '@pontage/problems';
import type { CallWork } from '../call/call-transactions.js';
import { requireAccess } from '../group/reach.js';
import type { OrganisationStore } from '../organisation/organisation-store.js';
import type { SavedResource } from '../resource/resource.js';
import type { ResourceStore } from '../resource/resource-store.js';
import type { SecretVariables } from '../config/secret-variables.js';
import { checkQuery, refuseSharing, templatesOf, type QueryDraft } from './query.js';

/** Looks at a draft before it is saved. */
export class QueryCheck {
  constructor(
    private readonly organisations: OrganisationStore,
    private readonly resources: ResourceStore,
    private readonly secretVariables: SecretVariables,
  ) {}

  /**
   * The draft with its resource named by id, if it can ever run.
   * @throws invalidRequest, secretVariable with a pointer per field
   */
  async accept(work: CallWork, draft: QueryDraft): Promise<QueryDraft> {
    const { environments } = await this.organisations.find(work, 'reference');
    checkQuery(draft, environments);
    await this.secretVariables.refuseInQuery(work, templatesOf(draft.request));
    const resource = await this.resource(work, draft.resource);
    if (draft.cache?.share === 'everyone') refuseSharing(resource);
    return { ...draft, resource: resource.id };
  }

  private async resource(work: CallWork, reference: string): Promise<SavedResource> {
    try {
      const resource = await this.resources.find(work, reference);
      // An external user's session decides in which environment a query runs: it may be any.
      requireAccess(work.reach, 'resources', resource.id, 'use');
      return resource;
    } catch (error) {
      if (!isProblem(error, notFound)) throw error;
      throw invalidRequest({}, { errors: [{ pointer: '/resource', detail: 'There is no such resource.' }] });
    }
  }
}
