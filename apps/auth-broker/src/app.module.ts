import { Module, type DynamicModule } from '@nestjs/common';
import { UnitOfWork } from '@pontage/persistence';
import type { Logger } from '@pontage/telemetry';
import { ListAuthMethods } from './authentication/list-auth-methods.js';
import { ClaimConfigValue } from './config-value/claim-config-value.js';
import { ConfigValueStore } from './config-value/config-value-store.js';
import { ConfigValueRow } from './config-value/config-value.entity.js';
import { ConfigValues } from './config-value/config-values.js';
import { DraftConfigValue } from './config-value/draft-config-value.js';
import { LeaseConfigValue } from './config-value/lease-config-value.js';
import { ClaimCredential } from './credential/claim-credential.js';
import { BeginConsent } from './consent/begin-consent.js';
import { CompleteConsent } from './consent/complete-consent.js';
import { ForgetCallersGrant } from './consent/forget-callers-grant.js';
import { OpenConsent } from './consent/open-consent.js';
import { grantRooms } from './grant-rooms.js';
import { ForgetGrant } from './inventory/forget-grant.js';
import { ForgetGrantsOf } from './inventory/forget-grants-of.js';
import { ListGrants } from './inventory/list-grants.js';
import { ListGrantEvents } from './timeline/list-grant-events.js';
import { CredentialStore } from './credential/credential-store.js';
import { OpenedCredentials } from './credential/opened-credentials.js';
import { CredentialRow } from './credential/credential.entity.js';
import { ForgetCredentials } from './credential/forget-credentials.js';
import { Courier } from './delivery/courier.js';
import { DeliveryStore } from './delivery/delivery-store.js';
import { ListDeliveries } from './delivery/list-deliveries.js';
import { ReplayDelivery } from './delivery/replay-delivery.js';
import { DraftCredential } from './draft/draft-credential.js';
import { DraftStore } from './draft/draft-store.js';
import { DraftRow } from './draft/draft.entity.js';
import { DropDrafts } from './draft/drop-drafts.js';
import { LeaseDraftSecrets } from './draft/lease-draft-secrets.js';
import { LeaseDraft } from './draft/lease-draft.js';
import { TokenEgress } from './grant/token-egress.js';
import { IdentityKeys } from './identity/identity-keys.js';
import { Issuer } from './identity/issuer.js';
import { LeaseIdentity } from './identity/lease-identity.js';
import { KeyRotations } from './key/key-rotations.js';
import { ListKeys } from './key/list-keys.js';
import { RotateKeys } from './key/rotate-keys.js';
import { RotationStore } from './key/rotation-store.js';
import { SealedRecords } from './key/sealed-records.js';
import { ConfigVariables } from './lease/config-variables.js';
import { LeaseCredential } from './lease/lease-credential.js';
import { RenderedCredentials } from './lease/rendered-credentials.js';
import { DraftRotation } from './rotation/draft-rotation.js';
import { FindSuccessors } from './rotation/find-successors.js';
import { NoteRotations } from './rotation/note-rotations.js';
import { ClaimSecrets } from './sealed-value/claim-secrets.js';
import { DraftSecrets } from './sealed-value/draft-secrets.js';
import { LeaseSecrets } from './sealed-value/lease-secrets.js';
import { VerifySignIn } from './sign-in/verify-sign-in.js';
import { CreateWebhook } from './webhook/create-webhook.js';
import { DeleteWebhook } from './webhook/delete-webhook.js';
import { ListWebhooks } from './webhook/list-webhooks.js';
import { UpdateWebhook } from './webhook/update-webhook.js';
import { WebhookStore } from './webhook/webhook-store.js';
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
  readonly identityKeys: IdentityKeys;
  readonly issuer: Issuer;
  readonly courier: Courier;
  readonly provider: IdentityProvider;
  readonly logger: Logger;
}

const credentialHandlers = [DraftCredential, ClaimCredential, ForgetCredentials, LeaseCredential, ListAuthMethods];
const sealedValueHandlers = [DraftSecrets, ClaimSecrets, LeaseSecrets];
const configValueHandlers = [DraftConfigValue, ClaimConfigValue, LeaseConfigValue];
const keyHandlers = [RotateKeys, ListKeys];

const draftHandlers = [LeaseDraft, LeaseDraftSecrets, DropDrafts];
const signInHandlers = [VerifySignIn];
const consentHandlers = [BeginConsent, OpenConsent, CompleteConsent, ForgetCallersGrant];
const grantHandlers = [ListGrants, ForgetGrant, ForgetGrantsOf, ListGrantEvents];
const identityHandlers = [LeaseIdentity];
const rotationHandlers = [DraftRotation, NoteRotations, FindSuccessors];
const webhookHandlers = [CreateWebhook, ListWebhooks, UpdateWebhook, DeleteWebhook, ListDeliveries, ReplayDelivery];
const memberHandlers = [BeginMemberSignIn, CompleteMemberSignIn];

@Module({
  controllers: [
    ...credentialHandlers,
    ...sealedValueHandlers,
    ...configValueHandlers,
    ...draftHandlers,
    ...keyHandlers,
    ...signInHandlers,
    ...consentHandlers,
    ...grantHandlers,
    ...identityHandlers,
    ...rotationHandlers,
    ...webhookHandlers,
    ...memberHandlers,
  ],
})
export class AppModule {
  /** The broker's wiring. */
  static with(rooms: BrokerRooms): DynamicModule {
    const { unitOfWork, box, config, egress, rotations, identityKeys, issuer, courier, provider, logger } = rooms;
    const fingerprints = new Fingerprints(box);
    const configValues = new ConfigValueStore(box);
    const values = new ConfigValues(unitOfWork, configValues);
    const credentials = new CredentialStore(box);
    const opened = new OpenedCredentials(unitOfWork, credentials);
    const rendered = new RenderedCredentials(config, values);
    return {
      module: AppModule,
      providers: [
        { provide: UnitOfWork, useValue: unitOfWork },
        { provide: DraftStore, useValue: new DraftStore(unitOfWork, box) },
        { provide: CredentialStore, useValue: credentials },
        { provide: OpenedCredentials, useValue: opened },
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
        ...grantRooms({ unitOfWork, box, egress, fingerprints, rendered, credentials: opened, logger }),
        { provide: IdentityKeys, useValue: identityKeys },
        { provide: Issuer, useValue: issuer },
        { provide: WebhookStore, useValue: new WebhookStore(box) },
        { provide: DeliveryStore, useValue: new DeliveryStore(unitOfWork) },
        { provide: Courier, useValue: courier },
      ],
    };
  }
}
