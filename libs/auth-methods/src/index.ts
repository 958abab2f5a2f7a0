export type { AuthContext, AuthFetch, AuthMethod, Carriers, Credential, Grant, Occasion } from './auth-method.js';
export { authMethods } from './auth-methods.js';
export { signatureBaseString } from './oauth1/base-string.js';
export { describeMethod, type AuthMethodDescription } from './method-schema.js';
export { credentialVariables, renderCredential, templateErrors } from './render-credential.js';
