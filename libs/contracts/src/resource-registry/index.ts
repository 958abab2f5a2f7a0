export {
  cookieName,
  cookiePlaceholder,
  cookieValue,
  fieldName,
  fieldValue,
  isOwnCookie,
} from './settings/field-values.js';
export {
  headerPairs,
  pairs,
  reservedHeaders,
  secretView,
  type DraftedSecret,
  type SecretView,
} from './settings/pair-values.js';
export {
  foldedName,
  identityClaims,
  identityHeader,
  type IdentityClaim,
  type IdentityHeader,
} from './settings/identity-header.js';
export { pinned, regionId, regionPolicy, type RegionPolicy } from './settings/region-policy.js';
export { resourcePolicy, type ResourcePolicy } from './settings/resource-policy.js';
export {
  resource,
  resourceDraft,
  resourceDraftPatch,
  resourceGiven,
  resourceGivenPatch,
  resourceName,
  resourceSettings,
  resourceVersion,
  authenticationView,
  environmentSettings,
  type AuthenticationView,
  type CredentialAge,
  type Resource,
  type ResourceDraft,
  type ResourceDraftPatch,
  type ResourceGiven,
  type ResourceSettings,
} from './resource.js';
export {
  createResource,
  deleteResource,
  diffResourceVersion,
  findResource,
  listResources,
  listResourceVersions,
  rollBackResource,
  updateResource,
} from './resource-requests.js';
export { applyResources, maxResourcesInSet, planResources } from './resource-set.js';
export { environmentName } from './environment-name.js';
export { type Retries } from './settings/retries.js';
export { hasEnvironment, settingsIn } from './settings/settings-in.js';
export { checkResource } from './resource-check.js';
export { installRotation, prepareRotation } from './rotation.js';
export {
  checkRegion,
  drainWorker,
  regionCap,
  regionSetting,
  regionState,
  undecided,
  updateRegion,
  workerId,
  type RegionSetting,
  type RegionState,
} from './region.js';
export {
  createOrganisation,
  findOrganisation,
  listOrganisations,
  organisation,
  organisationChanges,
  organisationSettings,
  updateOrganisation,
  type Organisation,
} from './organisation.js';
export { createToken, listTokens, revokeToken, token, tokenDraft } from './token.js';
export {
  access,
  accessLevels,
  createGroup,
  deleteGroup,
  findGroup,
  group,
  groupId,
  listGroups,
  setGroupApp,
  setGroupResource,
  updateGroup,
  type Access,
  type Group,
} from './group.js';
export { memberRole, scopesOfRole, type MemberRole } from './member/member-role.js';
export {
  createMember,
  deleteMember,
  email,
  findMember,
  listMembers,
  member,
  memberChanges,
  memberDraft,
  setGroupMember,
  updateMember,
  type Member,
} from './member/member.js';
export {
  endMemberSession,
  extendMemberSession,
  identity,
  refuseSignIn,
  signInWithIdentity,
  signInWithPassword,
  type Identity,
} from './member/member-session.js';
export { configGiven, configName, configText, configVariable, deleteConfig, listConfig, putConfig } from './config.js';
export {
  app,
  createApp,
  deleteApp,
  deleteQuery,
  findApp,
  findQuery,
  listApps,
  listQueries,
  putQuery,
  queryDraft,
  queryName,
  queryParams,
  savedQuery,
  updateApp,
  type App,
  type QueryCache,
  type QueryParams,
  type SavedQuery,
} from './app.js';
