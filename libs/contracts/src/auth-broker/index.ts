export { claimConfigValue, draftConfigValue, leaseConfigValue } from './config-values.js';
export { beginConsent, completeConsent, openConsent } from './consent.js';
export {
  forgetCallersGrant,
  forgetGrant,
  forgetGrantsOf,
  grantView,
  listGrantEvents,
  listGrants,
  type GrantEvent,
} from './grant.js';
export {
  claimCredential,
  draftCredential,
  forgetCredentials,
  leaseCredential,
  listAuthMethods,
  type Lease,
} from './credential.js';
export { dropDrafts, leaseDraft, leaseDraftSecrets } from './draft.js';
export { leaseIdentity, registeredClaims } from './identity.js';
export { keyRotation, listKeys, rotateKeys, rotationDepth, type KeyRotation } from './key.js';
export { type NamedVariable } from './named-variable.js';
export { draftRotation, findSuccessors, noteRotations } from './rotation.js';
export { signIn, verifiedSignIn, verifySignIn, type VerifiedSignIn } from './sign-in.js';
export {
  claimSecrets,
  draftSecrets,
  leaseSecrets,
  sealedName,
  secretPlace,
  type SecretPlace,
} from './sealed-values.js';
export {
  createWebhook,
  deleteWebhook,
  listWebhookDeliveries,
  listWebhooks,
  replayWebhookDelivery,
  updateWebhook,
  webhook,
  webhookDraft,
  type DeliveryAttempt,
  type Webhook,
  type WebhookDelivery,
  type WebhookDraft,
} from './webhook.js';
export { beginMemberSignIn, completeMemberSignIn } from './member-sign-in.js';
