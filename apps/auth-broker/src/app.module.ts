import { Module, type DynamicModule } from '@nestjs/common';
import { UnitOfWork } from '@pontage/persistence';
import { ListAuthMethods } from './authentication/list-auth-methods.js';
import { ClaimConfigValue } from './config-value/claim-config-value.js';
import { ConfigValueStore } from './config-value/config-value-store.js';
import { ConfigValueRow } from './config-value/config-value.entity.js';
import { ConfigValues } from './config-value/config-values.js';
import { DraftConfigValue } from './config-value/draft-config-value.js';
import { LeaseConfigValue } from './config-value/lease-config-value.js';
import { ClaimCredential } from './credential/claim-credential.js';
import { CredentialStore } from './credential/credential-store.js';
import { OpenedCredentials } from './credential/opened-credentials.js';
import { CredentialRow } from './credential/credential.entity.js';
import { ForgetCredentials } from './credential/forget-credentials.js';
import { DraftCredential } from './draft/draft-credential.js';
import { DraftStore } from './draft/draft-store.js';
import { DraftRow } from './draft/draft.entity.js';
import { DropDrafts } from './draft/drop-drafts.js';
import { LeaseDraftSecrets } from './draft/lease-draft-secrets.js';
import { LeaseDraft } from './draft/lease-draft.js';
import { GrantFlights } from './grant/grant-flight.js';
import { GrantKeeper } from './grant/grant-keeper.js';
import { GrantStore } from './grant/grant-store.js';
import { GrantWishes } from './grant/grant-wishes.js';
import { TokenEgress } from './grant/token-egress.js';
import { KeyRotations } from './key/key-rotations.js';
import { ListKeys } from './key/list-keys.js';
import { RotateKeys } from './key/rotate-keys.js';
import { RotationStore } from './key/rotation-store.js';
import { SealedRecords } from './key/sealed-records.js';
import { ConfigVariables } from './lease/config-variables.js';
import { GrantLeases } from './lease/grant-leases.js';
import { LeaseCredential } from './lease/lease-credential.js';
import { RenderedCredentials } from './lease/rendered-credentials.js';
import { ClaimSecrets } from './sealed-value/claim-secrets.js';
import { DraftSecrets } from './sealed-value/draft-secrets.js';
import { LeaseSecrets } from './sealed-value/lease-secrets.js';
import { GrantSignIns } from './sign-in/grant-sign-ins.js';
import { GrantVerdicts } from './sign-in/grant-verdicts.js';
import { Verifications } from './sign-in/verifications.js';
import { VerifySignIn } from './sign-in/verify-sign-in.js';
import { BeginMemberSignIn } from './member-sign-in/begin-member-sign-in.js';
import { CompleteMemberSignIn } from './member-sign-in/complete-member-sign-in.js';
import { IdentityProvider } from './member-sign-in/identity-provider.js';
import { FingerprintKeyRow } from './secrets/fingerprint-key.entity.js';
import { Fingerprints } from './secrets/fingerprints.js';
import { SecretBox } from './secrets/secret-box.js';

/** The rows that TypeORM knows. */
export const entities = [DraftRow, CredentialRow, ConfigValueRow, FingerprintKeyRow];

/** What the broker is given from outside. */
export interface BrokerRooms {
  readonly unitOfWork: UnitOfWork;
  readonly box: SecretBox;
  readonly config: ConfigVariables;
  readonly egress: TokenEgress;
  readonly rotations: KeyRotations;
  readonly provider: IdentityProvider;
}

const credentialHandlers = [DraftCredential, ClaimCredential, ForgetCredentials, LeaseCredential, ListAuthMethods];
const sealedValueHandlers = [DraftSecrets, ClaimSecrets, LeaseSecrets];
const configValueHandlers = [DraftConfigValue, ClaimConfigValue, LeaseConfigValue];
const keyHandlers = [RotateKeys, ListKeys];

const draftHandlers = [LeaseDraft, LeaseDraftSecrets, DropDrafts];
const signInHandlers = [VerifySignIn];
const memberHandlers = [BeginMemberSignIn, CompleteMemberSignIn];

@Module({
  controllers: [
    ...credentialHandlers,
    ...sealedValueHandlers,
    ...configValueHandlers,
    ...draftHandlers,
    ...keyHandlers,
    ...signInHandlers,
    ...memberHandlers,
  ],
})
export class AppModule {
  /** The broker's wiring. */
  static with({ unitOfWork, box, config, egress, rotations, provider }: BrokerRooms): DynamicModule {
    const grants = new GrantStore(unitOfWork, box);
    const keeper = new GrantKeeper(unitOfWork, grants, new GrantFlights(unitOfWork, grants, egress));
    const fingerprints = new Fingerprints(box);
    const configValues = new ConfigValueStore(box);
    const values = new ConfigValues(unitOfWork, configValues);
    const credentials = new CredentialStore(box);
    const rendered = new RenderedCredentials(config, values);
    const wishes = new GrantWishes(unitOfWork, fingerprints, rendered);
    const verifications = new Verifications(egress);
    const verdicts = new GrantVerdicts(unitOfWork, grants);
    return {
      module: AppModule,
      providers: [
        { provide: UnitOfWork, useValue: unitOfWork },
        { provide: DraftStore, useValue: new DraftStore(unitOfWork, box) },
        { provide: CredentialStore, useValue: credentials },
        { provide: OpenedCredentials, useValue: new OpenedCredentials(unitOfWork, credentials) },
        { provide: ConfigValueStore, useValue: configValues },
        { provide: ConfigValues, useValue: values },
        { provide: Fingerprints, useValue: fingerprints },
        { provide: SecretBox, useValue: box },
        { provide: RenderedCredentials, useValue: rendered },
        { provide: IdentityProvider, useValue: provider },
        { provide: TokenEgress, useValue: egress },
        { provide: RotationStore, useValue: new RotationStore(unitOfWork) },
        { provide: SealedRecords, useValue: new SealedRecords(unitOfWork) },
        { provide: KeyRotations, useValue: rotations },
        { provide: GrantLeases, useValue: new GrantLeases(wishes, keeper) },
        { provide: Verifications, useValue: verifications },
        { provide: GrantSignIns, useValue: new GrantSignIns(wishes, keeper, verifications, verdicts) },
      ],
    };
  }
}
