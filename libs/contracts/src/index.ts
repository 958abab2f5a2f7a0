export {
  requestContract,
  subjectOf,
  type ParsedRequestOf,
  type ReplyOf,
  type RequestContract,
  type RequestOf,
} from './contract.js';
export { contracts } from './contracts.js';
export { services, type Service } from './services.js';
export {
  call,
  externalIdentifier,
  externalPrincipal,
  groupsOf,
  holdsScope,
  memberPrincipal,
  principal,
  requireWholeOrganisation,
  scope,
  scopes,
  tokenPrincipal,
  userInfo,
  type Call,
  type ExternalPrincipal,
  type MemberPrincipal,
  type Principal,
  type Scope,
  type TokenPrincipal,
  type UserInfo,
} from './principal.js';
export { caller, callerName, callerOf, externalIdentifierOf, type Caller } from './caller.js';
export { pageOf, pageRequest } from './page.js';
export { parseMetadata, type MetadataValue } from './metadata.js';
