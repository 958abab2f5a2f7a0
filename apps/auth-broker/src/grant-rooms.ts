import type { Provider } from '@nestjs/common';
import type { UnitOfWork } from '@pontage/persistence';
import type { Logger } from '@pontage/telemetry';
import { ConsentLanding } from './consent/consent-landing.js';
import { ConsentStore } from './consent/consent-store.js';
import { ConsentWays } from './consent/consent-ways.js';
import { ConsentedGrants } from './consent/consented-grants.js';
import { Forgetting } from './consent/forgetting.js';
import { OrphanedGrants } from './consent/orphaned-grants.js';
import { Revocation } from './consent/revocation.js';
import type { OpenedCredentials } from './credential/opened-credentials.js';
import { GrantFlights } from './grant/grant-flight.js';
import { GrantKeeper } from './grant/grant-keeper.js';
import { GrantStore } from './grant/grant-store.js';
import { GrantWishes } from './grant/grant-wishes.js';
import { RememberedMetadata } from './grant/remembered-metadata.js';
import type { TokenEgress } from './grant/token-egress.js';
import { GrantLeases } from './lease/grant-leases.js';
import type { RenderedCredentials } from './lease/rendered-credentials.js';
import type { Fingerprints } from './secrets/fingerprints.js';
import type { SecretBox } from './secrets/secret-box.js';
import { GrantSignIns } from './sign-in/grant-sign-ins.js';
import { GrantVerdicts } from './sign-in/grant-verdicts.js';
import { Verifications } from './sign-in/verifications.js';
import { GrantUses } from './timeline/grant-uses.js';

/** What everything about grants stands on. */
export interface GrantFoundations {
  readonly unitOfWork: UnitOfWork;
  readonly box: SecretBox;
  readonly egress: TokenEgress;
  readonly fingerprints: Fingerprints;
  readonly rendered: RenderedCredentials;
  readonly credentials: OpenedCredentials;
  readonly logger: Logger;
}

/** The wiring of grants: how they are obtained, lent, agreed to, verified and forgotten. */
export function grantRooms(on: GrantFoundations): Provider[] {
  const { unitOfWork, box, egress, credentials } = on;
  const providers = new RememberedMetadata(egress);
  const grants = new GrantStore(unitOfWork, box);
  const consented = new ConsentedGrants(box);
  const consents = new ConsentStore(box);
  const keeper = new GrantKeeper(unitOfWork, grants, new GrantFlights(unitOfWork, grants, providers), consented);
  const wishes = new GrantWishes(unitOfWork, on.fingerprints, on.rendered);
  const verifications = new Verifications(egress);
  const verdicts = new GrantVerdicts(unitOfWork, grants);
  const leases = new GrantLeases(wishes, keeper, new GrantUses(unitOfWork, grants));
  const revocation = new Revocation(providers);
  const forgetting = new Forgetting(unitOfWork, consented, wishes, credentials, revocation);
  const issuing = { credentials, rendered: on.rendered, revocation };
  const orphaned = new OrphanedGrants(unitOfWork, consented, issuing, on.logger);
  return [
    { provide: GrantKeeper, useValue: keeper },
    { provide: GrantWishes, useValue: wishes },
    { provide: GrantLeases, useValue: leases },
    { provide: Verifications, useValue: verifications },
    { provide: GrantSignIns, useValue: new GrantSignIns(wishes, keeper, verifications, verdicts) },
    { provide: ConsentStore, useValue: consents },
    { provide: ConsentWays, useValue: new ConsentWays(credentials, wishes, providers) },
    { provide: ConsentLanding, useValue: new ConsentLanding(unitOfWork, grants, consented, consents) },
    { provide: Forgetting, useValue: forgetting },
    { provide: OrphanedGrants, useValue: orphaned },
  ];
}
