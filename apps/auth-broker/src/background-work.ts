import type { INestMicroservice } from '@nestjs/common';
import type { UnitOfWork } from '@pontage/persistence';
import type { Logger } from '@pontage/telemetry';
import { ConfigValueStore } from './config-value/config-value-store.js';
import { ConfigValueSweep } from './config-value/config-value-sweep.js';
import { consentSweep } from './consent/consent-sweep.js';
import { CredentialStore } from './credential/credential-store.js';
import { OpenedCredentials } from './credential/opened-credentials.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { deliverySweep } from './delivery/delivery-sweep.js';
import { DraftStore } from './draft/draft-store.js';
import { draftSweep } from './draft/draft-sweep.js';
import { GrantKeeper } from './grant/grant-keeper.js';
import { GrantStore } from './grant/grant-store.js';
import { grantSweep } from './grant/grant-sweep.js';
import { GrantWishes } from './grant/grant-wishes.js';
import type { ConfigVariables } from './lease/config-variables.js';
import { IdleGrants } from './refreshing/idle-grants.js';
import type { NamedCredentials } from './rotation/named-credentials.js';
import { RotationReminders } from './rotation/rotation-reminders.js';
import { RotationRounds } from './rotation/rotation-rounds.js';
import type { SecretBox } from './secrets/secret-box.js';
import { Sweep, type Swept } from './sweep/sweep.js';
import { timelineSweep } from './timeline/timeline-sweep.js';

/** What goes away by itself, and what of rotations goes on by itself. */
export const sweepsOf = (
  unitOfWork: UnitOfWork,
  box: SecretBox,
  known: { readonly variables: ConfigVariables; readonly named: NamedCredentials },
): Swept[] => [
  draftSweep(new DraftStore(unitOfWork, box)),
  grantSweep(new GrantStore(unitOfWork, box)),
  consentSweep(unitOfWork),
  timelineSweep(unitOfWork),
  deliverySweep(new DeliveryStore(unitOfWork)),
  new ConfigValueSweep(unitOfWork, new ConfigValueStore(box), known.variables),
  new RotationRounds(unitOfWork, new CredentialStore(box), known.named),
  new RotationReminders(unitOfWork, known.named),
];

/** Grants that nobody uses are refreshed by whoever finds them due first. */
export function idleGrantsOf(app: INestMicroservice, unitOfWork: UnitOfWork, logger: Logger): Sweep {
  const finding = { credentials: app.get(OpenedCredentials), wishes: app.get(GrantWishes) };
  return new Sweep(new IdleGrants(unitOfWork, finding, app.get(GrantKeeper), logger).rounds, logger);
}
