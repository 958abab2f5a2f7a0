import type { GrantUse } from '../grant/grant-wishes.js';
import type { BegunConsent } from './consent-store.js';

/** What a sign-in is for, as a query would want it. */
export const useOf = ({ credentialId, resourceId, region, environment, begunBy }: BegunConsent): GrantUse => ({
  credentialId,
  resourceId,
  region,
  environment,
  caller: begunBy.caller,
});
