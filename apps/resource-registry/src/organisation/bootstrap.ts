import type { Call } from '@pontage/contracts';
import type { UnitOfWork, Work } from '@pontage/persistence';
import { isProblem, organisationNameTaken } from '@pontage/problems';
import type { Logger } from '@pontage/telemetry';
import { entryOf } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import type { Regions } from '../region/regions.js';
import type { TokenStore } from '../token/token-store.js';
import { changesOfToken, newToken, revokedForGood, type SavedToken } from '../token/token.js';
import type { OrganisationStore } from './organisation-store.js';
import { newOrganisation, settingsOf } from './organisation.js';

const callOf = (org: string): Call => ({
  org,
  principal: { type: 'service', id: 'resource-registry', display: 'bootstrap' },
  requestId: '',
});

/** Sees to it that the first organisation is there, and that the installation's admin token opens it. */
export class Bootstrap {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly organisations: OrganisationStore,
    private readonly tokens: TokenStore,
  ) {}

  /** @param adminTokenHash SHA-256 (hex) of the admin token */
  async run(adminTokenHash: string, regions: Regions, logger: Logger): Promise<void> {
    try {
      await this.keepUp(adminTokenHash, regions, logger);
    } catch (error) {
      // Another process was faster; what is left to do is to look at what it made.
      if (!isProblem(error, organisationNameTaken)) throw error;
      await this.keepUp(adminTokenHash, regions, logger);
    }
  }

  private async keepUp(hash: string, regions: Regions, logger: Logger): Promise<void> {
    const [org] = await this.unitOfWork.ids('bootstrapped_organisation');
    if (org !== undefined) {
      await this.unitOfWork.run(org, (work) => this.keepToken(work, hash, logger));
      // An earlier try may have stored the token without being able to tell the gateway of it.
      return this.unitOfWork.announce(org);
    }
    if ((await this.unitOfWork.ids('organisation_ids')).length > 0) return;

    const organisation = newOrganisation('default', regions.first);
    await this.unitOfWork.run(organisation.id, async (work) => {
      await this.organisations.insert(work, organisation, 'bootstrapped');
      work.audit(
        entryOf(callOf(work.org), 'organisation.created', { changes: changesBetween({}, settingsOf(organisation)) }),
      );
      await this.addToken(work, hash);
    });
  }

  /** Lets the token of this start in, and the one of an earlier start no longer. */
  private async keepToken(work: Work, hash: string, logger: Logger): Promise<void> {
    const all = await this.tokens.bootstrapped(work);
    const now = all.find((token) => token.hash === hash);
    if (now?.version === revokedForGood) logger.warn('the admin token of this installation was revoked, and stays so');
    else if (now === undefined) await this.addToken(work, hash);
    else if (now.revokedAt !== null)
      await this.tokens.update(work, { ...now, version: now.version + 1, revokedAt: null });

    for (const old of all.filter((token) => token !== now && token.revokedAt === null)) {
      await this.tokens.update(work, { ...old, version: old.version + 1, revokedAt: new Date().toISOString() });
      work.audit(entryOf(callOf(work.org), 'token.revoked', { data: { token: old.id, name: old.name } }));
    }
  }

  private async addToken(work: Work, hash: string): Promise<void> {
    const token: SavedToken = {
      ...newToken({ name: 'admin', scopes: ['admin', 'operator'] }, hash, 'bootstrap'),
      bootstrapped: true,
    };
    await this.tokens.insert(work, token);
    work.audit(
      entryOf(callOf(work.org), 'token.created', { data: { token: token.id }, changes: changesOfToken(token) }),
    );
  }
}
