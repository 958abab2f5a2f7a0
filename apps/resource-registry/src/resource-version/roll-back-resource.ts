import { isDeepStrictEqual } from 'node:util';
import { actorOf, serves, type Serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { rollBackResource } from '@pontage/contracts/resource-registry';
import { CallTransactions } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { requireAccess } from '../group/reach.js';
import { ResourceStore } from '../resource/resource-store.js';
import { SettingsCheck } from '../resource-settings/settings-check.js';
import { chosenOf, credentialsOf, nextVersion, viewOf, type SavedResource } from '../resource/resource.js';
import { RotationClaims } from '../rotation/rotation-claims.js';

@serves(rollBackResource)
export class RollBackResource implements Serves<typeof rollBackResource> {
  constructor(
    private readonly transactions: CallTransactions,
    private readonly resources: ResourceStore,
    private readonly check: SettingsCheck,
    private readonly claims: RotationClaims,
  ) {}

  handle(
    { resource: reference, version }: ParsedRequestOf<typeof rollBackResource>,
    call: Call,
  ): Promise<ReplyOf<typeof rollBackResource>> {
    return this.transactions.run(call, async (work) => {
      const before = await this.resources.lock(work, reference);
      requireAccess(work.reach, 'resources', before.id, 'edit');
      const old = await this.resources.findVersion(work, before, version);
      if (version === before.version) return viewOf(before);
      await this.check.acceptAgain(work, old.settings, before.settings);
      const content = isSameCredential(before, old) ? old : await this.claims.withSuccessors(before.id, old, call);
      const after = nextVersion(before, content, actorOf(call.principal));
      await this.resources.update(work, after);
      const changes = changesBetween(chosenOf(before), chosenOf(after));
      work.record('resource.rolled-back', {
        resource: { id: after.id, version: after.version },
        data: { to: version },
        changes,
      });
      return viewOf(after);
    });
  }
}

/** Those that are in use now have not been retired. */
const isSameCredential = (before: SavedResource, old: SavedResource): boolean =>
  isDeepStrictEqual(credentialsOf(before), credentialsOf(old));
