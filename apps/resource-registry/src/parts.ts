import type { Provider } from '@nestjs/common';
import type { Bus } from '@pontage/bus';
import { UnitOfWork } from '@pontage/persistence';
import { AppStore } from './app/app-store.js';
import { PostgresAppStore } from './app/app-store.postgres.js';
import { AppRow } from './app/app.entity.js';
import { CallTransactions } from './call/call-transactions.js';
import { ConfigStore } from './config/config-store.js';
import { PostgresConfigStore } from './config/config-store.postgres.js';
import { ConfigRow } from './config/config.entity.js';
import { SecretVariables } from './config/secret-variables.js';
import { ValueClaims } from './config/value-claims.js';
import { BusValueClaims } from './config/value-claims.bus.js';
import { GroupStore } from './group/group-store.js';
import { PostgresGroupStore } from './group/group-store.postgres.js';
import { GroupAppRow, GroupResourceRow, GroupRow } from './group/group.entity.js';
import { Exclusions } from './member/exclusions.js';
import { FirstMember } from './member/first-member.js';
import { MemberChange } from './member/member-change.js';
import { MemberLeaving } from './member/member-leaving.js';
import { MemberRules } from './member/member-rules.js';
import { MemberStore } from './member/member-store.js';
import { PostgresMemberStore } from './member/member-store.postgres.js';
import { GroupMemberRow, MemberIdentityRow, MemberRow } from './member/member.entity.js';
import { Passwords } from './password/passwords.js';
import { IdentifiedMembers } from './member-session/identified-members.js';
import { MemberSessionStore } from './member-session/member-session-store.js';
import { PostgresMemberSessionStore } from './member-session/member-session-store.postgres.js';
import { MemberSessionRow } from './member-session/member-session.entity.js';
import { SessionDenials } from './member-session/session-denials.js';
import { SessionEnds } from './member-session/session-ends.js';
import { SessionLives } from './member-session/session-lives.js';
import { SignIns } from './member-session/sign-ins.js';
import { Bootstrap } from './organisation/bootstrap.js';
import { EnvironmentUse } from './organisation/environment-use.js';
import { OrganisationStore } from './organisation/organisation-store.js';
import { PostgresOrganisationStore } from './organisation/organisation-store.postgres.js';
import { OrganisationRow } from './organisation/organisation.entity.js';
import { QueryCheck } from './query/query-check.js';
import { QueryStore } from './query/query-store.js';
import { PostgresQueryStore } from './query/query-store.postgres.js';
import { QueryRow } from './query/query.entity.js';
import { RegionDecisions } from './region/region-decisions.js';
import { RegionStore } from './region/region-store.js';
import { Regions } from './region/regions.js';
import { BusCredentialClaims } from './resource-secrets/credential-claims.bus.js';
import { RotationClaims } from './rotation/rotation-claims.js';
import { SettlingRotations } from './rotation/settling-rotations.js';
import { ResourceClaims } from './resource-secrets/resource-claims.js';
import { ResourceLinks } from './resource/resource-links.js';
import { ResourceRemoval } from './resource/resource-removal.js';
import { ResourcePlans } from './resource-set/resource-plans.js';
import { ResourceSetWriter } from './resource-set/resource-set-writer.js';
import { ResourceStore } from './resource/resource-store.js';
import { SettingsCheck } from './resource-settings/settings-check.js';
import { PostgresResourceStore } from './resource/resource-store.postgres.js';
import { ResourceRow, ResourceVersionRow } from './resource/resource.entity.js';
import type { OwnedBuckets } from './snapshot/owned-buckets.js';
import type { SnapshotSource } from './snapshot/snapshot-source.js';
import { Revocations } from './token/revocations.js';
import { NatsTokenDenials } from './token/token-denials.nats.js';
import { TokenStore } from './token/token-store.js';
import { PostgresTokenStore } from './token/token-store.postgres.js';
import { TokenRow } from './token/token.entity.js';

/** The rows of the registry's schema. */
export const entities = [
  AppRow,
  ConfigRow,
  GroupRow,
  GroupAppRow,
  GroupMemberRow,
  GroupResourceRow,
  MemberIdentityRow,
  MemberRow,
  MemberSessionRow,
  OrganisationRow,
  QueryRow,
  ResourceRow,
  ResourceVersionRow,
  TokenRow,
];

/** What the registry is made of, besides its handlers. */
export interface Parts {
  readonly providers: readonly Provider[];
  readonly bootstrap: Bootstrap;
  readonly firstMember: FirstMember;
  readonly revocations: Revocations;
  readonly sessionEnds: SessionEnds;
  readonly decisions: RegionDecisions;
  readonly sources: readonly SnapshotSource[];
}

/** What the parts stand on. */
interface Rooms {
  readonly bus: Bus;
  readonly unitOfWork: UnitOfWork;
  readonly buckets: OwnedBuckets;
  readonly regions: Regions;
  readonly settling: SettlingRotations;
  readonly lives: SessionLives;
}

/** The only wiring: which adapter stands behind which port. */
export function partsOf(rooms: Rooms): Parts {
  const { bus, unitOfWork, buckets, regions, settling } = rooms;
  const apps = new PostgresAppStore();
  const variables = new PostgresConfigStore();
  const groups = new PostgresGroupStore();
  const organisations = new PostgresOrganisationStore();
  const queries = new PostgresQueryStore();
  const resources = new PostgresResourceStore();
  const tokens = new PostgresTokenStore();
  const claims = new BusCredentialClaims(bus);
  const transactions = new CallTransactions(unitOfWork, groups, organisations);
  const secretVariables = new SecretVariables(transactions, variables);
  const check = new SettingsCheck(organisations, regions, secretVariables);
  const removal = new ResourceRemoval(resources, new ResourceLinks(queries, groups), claims);
  const regionStore = new RegionStore();
  const decisions = new RegionDecisions(unitOfWork, regionStore, buckets.regions);
  const revocations = new Revocations(unitOfWork, tokens, new NatsTokenDenials(buckets.tokens));
  const plans = new ResourcePlans(transactions, resources, new ResourceClaims(claims, secretVariables), check);
  const people = peopleOf(rooms, { groups, organisations, tokens });
  return {
    ...people.parts,
    revocations,
    decisions,
    bootstrap: new Bootstrap(unitOfWork, organisations, tokens),
    sources: [...people.sources, organisations, groups, tokens, apps, resources, queries, variables, regionStore],
    providers: [
      { provide: UnitOfWork, useValue: unitOfWork },
      { provide: CallTransactions, useValue: transactions },
      { provide: Regions, useValue: regions },
      { provide: RegionDecisions, useValue: decisions },
      { provide: SettingsCheck, useValue: check },
      { provide: AppStore, useValue: apps },
      { provide: ConfigStore, useValue: variables },
      { provide: ValueClaims, useValue: new BusValueClaims(bus) },
      { provide: GroupStore, useValue: groups },
      { provide: OrganisationStore, useValue: organisations },
      { provide: QueryStore, useValue: queries },
      { provide: ResourceStore, useValue: resources },
      { provide: TokenStore, useValue: tokens },
      { provide: EnvironmentUse, useValue: new EnvironmentUse(variables, queries, resources, groups) },
      { provide: QueryCheck, useValue: new QueryCheck(organisations, resources, secretVariables) },
      { provide: ResourceRemoval, useValue: removal },
      ...claimsOf(claims, secretVariables, settling),
      { provide: ResourcePlans, useValue: plans },
      { provide: ResourceSetWriter, useValue: new ResourceSetWriter(organisations, resources, removal, check) },
      { provide: Revocations, useValue: revocations },
      ...people.providers,
    ],
  };
}

/** What the broker is asked for when a resource is saved or its secret replaced. */
const claimsOf = (claims: BusCredentialClaims, variables: SecretVariables, settling: SettlingRotations): Provider[] => [
  { provide: ResourceClaims, useValue: new ResourceClaims(claims, variables) },
  { provide: RotationClaims, useValue: new RotationClaims(claims, variables) },
  { provide: SettlingRotations, useValue: settling },
];

interface Neighbours {
  readonly groups: GroupStore;
  readonly organisations: OrganisationStore;
  readonly tokens: TokenStore;
}

/** Members, and how they come and go. */
function peopleOf({ unitOfWork, buckets, lives }: Rooms, { groups, organisations, tokens }: Neighbours) {
  const members = new PostgresMemberStore();
  const sessions = new PostgresMemberSessionStore();
  const passwords = new Passwords();
  const rules = new MemberRules(members, groups, organisations);
  const exclusions = new Exclusions(unitOfWork, members, buckets.members);
  const leaving = new MemberLeaving({ members, sessions, tokens }, rules, exclusions);
  const sessionEnds = new SessionEnds(unitOfWork, sessions, new SessionDenials(buckets.memberSessions));
  const providers: Provider[] = [
    { provide: MemberStore, useValue: members },
    { provide: MemberSessionStore, useValue: sessions },
    { provide: Passwords, useValue: passwords },
    { provide: MemberRules, useValue: rules },
    { provide: Exclusions, useValue: exclusions },
    { provide: MemberLeaving, useValue: leaving },
    { provide: MemberChange, useValue: new MemberChange(members, rules, passwords, { leaving, exclusions }) },
    { provide: IdentifiedMembers, useValue: new IdentifiedMembers(members, groups, organisations, exclusions) },
    { provide: SignIns, useValue: new SignIns(unitOfWork, members, sessions, lives) },
    { provide: SessionEnds, useValue: sessionEnds },
    { provide: SessionLives, useValue: lives },
  ];
  const firstMember = new FirstMember(unitOfWork, organisations, members, passwords);
  return { providers, sources: [members, sessions], parts: { firstMember, sessionEnds } };
}
