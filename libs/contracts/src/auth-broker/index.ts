export { claimConfigValue, draftConfigValue, leaseConfigValue } from './config-values.js';
export {
  claimCredential,
  draftCredential,
  forgetCredentials,
  leaseCredential,
  listAuthMethods,
  type Lease,
} from './credential.js';
export { dropDrafts, leaseDraft, leaseDraftSecrets } from './draft.js';
export { keyRotation, listKeys, rotateKeys, rotationDepth, type KeyRotation } from './key.js';
export { type NamedVariable } from './named-variable.js';
export { signIn, verifySignIn, type SignIn } from './sign-in.js';
export {
  claimSecrets,
  draftSecrets,
  leaseSecrets,
  sealedName,
  secretPlace,
  type SecretPlace,
} from './sealed-values.js';
export { beginMemberSignIn, completeMemberSignIn } from './member-sign-in.js';
