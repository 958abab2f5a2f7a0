import type { Work } from '@pontage/persistence';
import { inUse } from '@pontage/problems';
import type { ConfigStore } from '../config/config-store.js';
import type { GroupStore } from '../group/group-store.js';
import type { QueryStore } from '../query/query-store.js';
import type { ResourceStore } from '../resource/resource-store.js';

/** Who needs an environment of an organisation. */
export class EnvironmentUse {
  constructor(
    private readonly variables: ConfigStore,
    private readonly queries: QueryStore,
    private readonly resources: ResourceStore,
    private readonly groups: GroupStore,
  ) {}

  /** @throws inUse when variables, saved queries, resources or the access of groups name one of these environments */
  async refuse(work: Work, environments: readonly string[]): Promise<void> {
    if (environments.length === 0) return;
    const by = [
      ...(await this.variables.inEnvironments(work, environments)),
      ...(await this.queries.inEnvironments(work, environments)),
      ...(await this.resources.inEnvironments(work, environments)),
      ...(await this.groups.inEnvironments(work, environments)),
    ];
    if (by.length > 0) throw inUse({ by });
  }
}
