import type { Work } from '@pontage/persistence';
import type { GroupStore } from '../group/group-store.js';
import type { QueryStore } from '../query/query-store.js';

/** What refers to a resource. */
export class ResourceLinks {
  constructor(
    private readonly queries: QueryStore,
    private readonly groups: GroupStore,
  ) {}

  /** The saved queries that call it, in words for people. */
  callersOf(work: Work, id: string): Promise<string[]> {
    return this.queries.callersOf(work, id);
  }

  /** Takes it from every group. */
  dropFromGroups(work: Work, id: string): Promise<void> {
    return this.groups.dropResource(work, id);
  }
}
