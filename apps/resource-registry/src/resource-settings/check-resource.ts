import { serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { checkResource } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { requireCreation } from '../group/reach.js';
import { asStored, draftedSlotsOf, refuseUnknownKept } from '../resource-secrets/sealed-values.js';
import { SettingsCheck } from './settings-check.js';

/** A resource that is not saved, as far as it can be told whether it could be. */
@serves(checkResource)
export class CheckResource implements Serves<typeof checkResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly check: SettingsCheck,
  ) {}

  async handle(
    { settings }: ParsedRequestOf<typeof checkResource>,
    call: Call,
  ): Promise<ReplyOf<typeof checkResource>> {
    refuseUnknownKept(undefined, settings);
    await this.transactions.run(call, async (work) => {
      requireCreation(work.reach, 'resources');
      await this.check.accept(work, settings, undefined);
    });
    const slots = draftedSlotsOf(settings).map((slot) => [slot, slot] as const);
    const { environments, ...stored } = asStored(settings, Object.fromEntries(slots));
    // Which credential is whose, the caller knows: it made the drafts.
    const own = Object.entries(environments).map(
      ([name, each]) => [name, { ...each, authentication: undefined }] as const,
    );
    return { settings: { ...stored, environments: Object.fromEntries(own) } };
  }
}
