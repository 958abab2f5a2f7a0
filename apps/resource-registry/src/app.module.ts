import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { CreateApp } from './app/create-app.js';
import { DeleteApp } from './app/delete-app.js';
import { FindApp } from './app/find-app.js';
import { ListApps } from './app/list-apps.js';
import { UpdateApp } from './app/update-app.js';
import { DeleteConfig } from './config/delete-config.js';
import { ListConfig } from './config/list-config.js';
import { PutConfig } from './config/put-config.js';
import { CreateGroup } from './group/create-group.js';
import { DeleteGroup } from './group/delete-group.js';
import { FindGroup } from './group/find-group.js';
import { ListGroups } from './group/list-groups.js';
import { SetGroupApp } from './group/set-group-app.js';
import { SetGroupMember } from './group/set-group-member.js';
import { SetGroupResource } from './group/set-group-resource.js';
import { UpdateGroup } from './group/update-group.js';
import { CreateMember } from './member/create-member.js';
import { DeleteMember } from './member/delete-member.js';
import { FindMember } from './member/find-member.js';
import { ListMembers } from './member/list-members.js';
import { UpdateMember } from './member/update-member.js';
import { EndMemberSession } from './member-session/end-member-session.js';
import { ExtendMemberSession } from './member-session/extend-member-session.js';
import { RefuseSignIn } from './member-session/refuse-sign-in.js';
import { SignInWithIdentity } from './member-session/sign-in-with-identity.js';
import { SignInWithPassword } from './member-session/sign-in-with-password.js';
import { CreateOrganisation } from './organisation/create-organisation.js';
import { FindOrganisation } from './organisation/find-organisation.js';
import { ListOrganisations } from './organisation/list-organisations.js';
import { UpdateOrganisation } from './organisation/update-organisation.js';
import { DeleteQuery } from './query/delete-query.js';
import { FindQuery } from './query/find-query.js';
import { ListQueries } from './query/list-queries.js';
import { PutQuery } from './query/put-query.js';
import { ApplyResources } from './resource-set/apply-resources.js';
import { PlanResources } from './resource-set/plan-resources.js';
import { CheckRegion } from './region/check-region.js';
import { DrainWorker } from './region/drain-worker.js';
import { UpdateRegion } from './region/update-region.js';
import { CheckResource } from './resource-settings/check-resource.js';
import { CreateResource } from './resource/create-resource.js';
import { DeleteResource } from './resource/delete-resource.js';
import { DiffResourceVersion } from './resource-version/diff-resource-version.js';
import { FindResource } from './resource/find-resource.js';
import { ListResources } from './resource/list-resources.js';
import { ListResourceVersions } from './resource-version/list-resource-versions.js';
import { RollBackResource } from './resource-version/roll-back-resource.js';
import { UpdateResource } from './resource/update-resource.js';
import { InstallRotation } from './rotation/install-rotation.js';
import { PrepareRotation } from './rotation/prepare-rotation.js';
import { CreateToken } from './token/create-token.js';
import { ListTokens } from './token/list-tokens.js';
import { RevokeToken } from './token/revoke-token.js';

const handlers = [
  CreateApp,
  DeleteApp,
  FindApp,
  ListApps,
  UpdateApp,
  DeleteConfig,
  ListConfig,
  PutConfig,
  CreateGroup,
  DeleteGroup,
  FindGroup,
  ListGroups,
  SetGroupApp,
  SetGroupMember,
  SetGroupResource,
  UpdateGroup,
  CreateMember,
  DeleteMember,
  FindMember,
  ListMembers,
  UpdateMember,
  EndMemberSession,
  ExtendMemberSession,
  RefuseSignIn,
  SignInWithIdentity,
  SignInWithPassword,
  CreateOrganisation,
  FindOrganisation,
  ListOrganisations,
  UpdateOrganisation,
  DeleteQuery,
  FindQuery,
  ListQueries,
  PutQuery,
  ApplyResources,
  PlanResources,
  CheckRegion,
  DrainWorker,
  UpdateRegion,
  CheckResource,
  CreateResource,
  DeleteResource,
  DiffResourceVersion,
  FindResource,
  ListResources,
  ListResourceVersions,
  RollBackResource,
  UpdateResource,
  InstallRotation,
  PrepareRotation,
  CreateToken,
  ListTokens,
  RevokeToken,
];

/** The handlers of every contract, with the parts that they work with. */
@Module({})
export class AppModule {
  static with(providers: readonly Provider[]): DynamicModule {
    return { module: AppModule, controllers: handlers, providers: [...providers] };
  }
}
