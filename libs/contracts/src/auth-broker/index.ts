export {
  claimCredential,
  draftCredential,
  forgetCredentials,
  leaseCredential,
  listAuthMethods,
  type Lease,
} from './credential.js';
