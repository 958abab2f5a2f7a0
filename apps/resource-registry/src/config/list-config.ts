import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { listConfig } from '@pontage/contracts/resource-registry';
import { UnitOfWork } from '@pontage/persistence';
import { ConfigStore } from './config-store.js';

@serves(listConfig)
export class ListConfig implements Serves<typeof listConfig> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly variables: ConfigStore,
  ) {}

  handle(page: ParsedRequestOf<typeof listConfig>, call: Call): Promise<ReplyOf<typeof listConfig>> {
    return this.unitOfWork.run(call.org, (work) => this.variables.list(work, page));
  }
}
