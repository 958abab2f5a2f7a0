import type { ResourceDraft } from '@pontage/contracts/resource-registry';
import { invalidRequest, unknownRegion } from '@pontage/problems';
import type { CallWork } from '../call/call-transactions.js';
import type { SecretVariables } from '../config/secret-variables.js';
import type { OrganisationStore } from '../organisation/organisation-store.js';
import type { Regions } from '../region/regions.js';
import { checkSettings } from './check-settings.js';
import { variablesBrought } from './settings-templates.js';
import { variantsOf } from './variant.js';

/** Looks at the settings of a resource before they are saved. */
export class SettingsCheck {
  constructor(
    private readonly organisations: OrganisationStore,
    private readonly regions: Regions,
    private readonly secretVariables: SecretVariables,
  ) {}

  /**
   * Refuses settings that could never work, and secret variables that the caller may not bring in.
   * @param before the resource as it is; undefined: it is new
   * @throws unknownRegion, forbidden; invalidRequest with a pointer per field
   */
  async accept(work: CallWork, settings: ResourceDraft, before: ResourceDraft | undefined): Promise<void> {
    checkSettings(settings);
    await this.acceptAgain(work, settings, before);
  }

  /**
   * The same for settings that were accepted before: regions and environments may be gone since. Nobody takes an
   * environment away meanwhile.
   * @throws unknownRegion, forbidden; invalidRequest with a pointer per environment
   */
  async acceptAgain(work: CallWork, settings: ResourceDraft, before: ResourceDraft | undefined): Promise<void> {
    await this.secretVariables.refuseBrought(work, variablesBrought(before, settings));
    this.refuseUnknownRegions(settings);
    const named = Object.keys(settings.environments);
    if (named.length === 0) return;
    const { environments } = await this.organisations.find(work, 'reference');
    const errors = named
      .filter((environment) => !environments.includes(environment))
      .map((name) => ({ pointer: `/environments/${name}`, detail: 'The organisation has no such environment.' }));
    if (errors.length > 0) throw invalidRequest({}, { errors });
  }

  private refuseUnknownRegions(settings: ResourceDraft): void {
    for (const { own, pointer } of variantsOf(settings)) {
      const { region = null, regionPolicy } = own;
      const fallback = (regionPolicy?.fallback ?? []).map((id, index) => [id, `/regionPolicy/fallback/${index}`]);
      for (const [id = '', place = ''] of [...(region === null ? [] : [[region, '/region']]), ...fallback]) {
        if (this.regions.has(id)) continue;
        const errors = [{ pointer: pointer + place, detail: 'There is no such region.' }];
        throw unknownRegion({ region: id }, { errors });
      }
    }
  }
}
