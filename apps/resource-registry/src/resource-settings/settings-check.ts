import type { ResourceDraft } from '@pontage/contracts/resource-registry';
import type { Work } from '@pontage/persistence';
import { invalidRequest } from '@pontage/problems';
import type { OrganisationStore } from '../organisation/organisation-store.js';
import type { Regions } from '../region/regions.js';
import { checkSettings } from './check-settings.js';
import { variantsOf } from './variant.js';

/** Looks at the settings of a resource before they are saved. */
export class SettingsCheck {
  constructor(
    private readonly organisations: OrganisationStore,
    private readonly regions: Regions,
  ) {}

  /**
   * Refuses settings that could never work.
   * @throws unknownRegion; invalidRequest with a pointer per field
   */
  async accept(work: Work, settings: ResourceDraft): Promise<void> {
    checkSettings(settings);
    await this.acceptAgain(work, settings);
  }

  /**
   * The same for settings that were accepted before: regions and environments may be gone since. Nobody takes an
   * environment away meanwhile.
   * @throws unknownRegion; invalidRequest with a pointer per environment
   */
  async acceptAgain(work: Work, settings: ResourceDraft): Promise<void> {
    for (const { settings: there } of variantsOf(settings))
      if (there.region !== null) this.regions.require(there.region);
    const named = Object.keys(settings.environments);
    if (named.length === 0) return;
    const { environments } = await this.organisations.find(work, 'reference');
    const errors = named
      .filter((environment) => !environments.includes(environment))
      .map((name) => ({ pointer: `/environments/${name}`, detail: 'The organisation has no such environment.' }));
    if (errors.length > 0) throw invalidRequest({}, { errors });
  }
}
