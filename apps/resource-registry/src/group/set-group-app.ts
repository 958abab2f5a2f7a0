import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { setGroupApp } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { GroupStore } from './group-store.js';
import { requireEverything, requireKnown } from './reach.js';

@serves(setGroupApp)
export class SetGroupApp implements Serves<typeof setGroupApp> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly groups: GroupStore,
  ) {}

  handle({ id, app, access }: ParsedRequestOf<typeof setGroupApp>, call: Call): Promise<ReplyOf<typeof setGroupApp>> {
    return this.transactions.run(call, async (work) => {
      requireKnown(work.reach, id);
      requireEverything(work.reach);
      const group = await this.groups.lock(work, id);
      const before = group.apps.find((each) => each.app === app)?.access ?? null;
      if (before === access) return group;
      work.record('group.updated', {
        app,
        data: { group: id },
        changes: [{ pointer: `/apps/${app}`, from: before, to: access }],
      });
      return this.groups.setApp(work, group, app, access);
    });
  }
}
