export {
  hasGrantPerCaller,
  needsConsent,
  needsGrant,
  refusals,
  refusesCredential,
  type AuthContext,
  type AuthFetch,
  type AuthMethod,
  type Carriers,
  type Credential,
  type Grant,
  type GrantOwner,
  type Occasion,
} from './auth-method.js';
export { type Consent, type ConsentChecks, type ConsentTerms, type RefreshManner } from './consent.js';
export { authMethods } from './auth-methods.js';
export { signatureBaseString } from './oauth1/base-string.js';
export { describeMethod, type AuthMethodDescription } from './method-schema.js';
export { credentialVariables, renderCredential, templateErrors, variablePlaces } from './render-credential.js';
export { signAwsRequest, type AwsSignature } from './aws-sigv4/sign.js';
