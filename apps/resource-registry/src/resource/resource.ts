import type { Actor } from '@pontage/contracts/events';
import type {
  AuthenticationView,
  CredentialAge,
  Resource,
  ResourceSettings,
} from '@pontage/contracts/resource-registry';

/** How a resource is recognised upstream: what its readers see, and the broker's name for the rest. */
export interface Credential {
  /** Null: there is none to lend. */
  readonly credentialId: string | null;
  readonly authentication: AuthenticationView;
}

/** What is chosen about a resource, with the broker's names for the secrets of it. */
export interface ResourceContent extends Credential {
  readonly settings: ResourceSettings;
  /** The sealed values among the settings, those of all environments; null: none of them is sealed. */
  readonly secretsId: string | null;
  /** The credentials of the environments that have an authentication of their own. */
  readonly environmentCredentials: Readonly<Record<string, string>>;
  /**
   * Since when the secrets of its credentials are what they are, by environment; under {@link everywhere} that of the
   * credential for all environments without one of their own. What was saved before this was noted lacks it.
   */
  readonly secretsSince: Readonly<Record<string, string>>;
}

/** No environment has an empty name. */
export const everywhere = '';

/** The broker's name for the credential that an environment has of its own; null: there is none to lend. */
export const ownCredentialOf = (
  { environmentCredentials }: Pick<ResourceContent, 'environmentCredentials'>,
  environment: string,
): string | null =>
  // An environment may be called `constructor`.
  (Object.hasOwn(environmentCredentials, environment) ? environmentCredentials[environment] : undefined) ?? null;

/** A resource at one of its versions. Versions never change. */
export interface SavedResource extends ResourceContent {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly savedAt: string;
  readonly savedBy: Actor;
}

/** The credential of a resource whose upstream asks for none. */
export const noCredential: Credential = { credentialId: null, authentication: { method: 'none' } };

/** A resource as it begins. */
export function firstVersion(id: string, content: ResourceContent, by: Actor): SavedResource {
  const now = new Date().toISOString();
  return { ...contentOf(content), id, version: 1, createdAt: now, savedAt: now, savedBy: by };
}

/** A resource as it goes on. */
export function nextVersion(before: SavedResource, content: ResourceContent, by: Actor): SavedResource {
  const { id, version, createdAt } = before;
  return {
    ...contentOf(content),
    id,
    version: version + 1,
    createdAt,
    savedAt: new Date().toISOString(),
    savedBy: by,
  };
}

const contentOf = (of: ResourceContent): ResourceContent => ({
  settings: of.settings,
  secretsId: of.secretsId,
  credentialId: of.credentialId,
  authentication: of.authentication,
  environmentCredentials: of.environmentCredentials,
  secretsSince: of.secretsSince,
});

/** Tells since when the rotation of a credential settles; null: none does. */
export type Settling = (credentialId: string) => string | null;

/**
 * A resource as its readers see it.
 * @param settling undefined: rotations are not looked up
 */
export function viewOf(saved: SavedResource, settling?: Settling): Resource {
  const { id, version, settings, authentication, createdAt, savedAt } = saved;
  const credentials = agesOf(saved, settling);
  return { ...settings, id, version, authentication, credentials, createdAt, updatedAt: savedAt };
}

/** The ids of its credentials, by environment. */
export const credentialsOf = ({
  credentialId,
  environmentCredentials,
}: Pick<ResourceContent, 'credentialId' | 'environmentCredentials'>): [environment: string, id: string][] => [
  ...(credentialId === null ? [] : [[everywhere, credentialId] as [string, string]]),
  ...Object.entries(environmentCredentials),
];

const dayMs = 24 * 60 * 60_000;

function agesOf(saved: SavedResource, settling: Settling | undefined): CredentialAge[] {
  const { rotation } = saved.settings;
  return credentialsOf(saved).map(([environment, id]) => {
    const known = Object.hasOwn(saved.secretsSince, environment) ? saved.secretsSince[environment] : undefined;
    const rotatedAt = known ?? saved.createdAt;
    const dueAt = rotation === null ? null : new Date(Date.parse(rotatedAt) + rotation.everyDays * dayMs).toISOString();
    return {
      environment: environment === everywhere ? null : environment,
      rotatedAt,
      dueAt,
      ...(settling === undefined ? {} : { settlingSince: settling(id) }),
    };
  });
}

/** The part of a version that differs from others, for comparisons: no secret is in it. */
export function chosenOf({
  settings,
  authentication,
}: Pick<ResourceContent, 'settings' | 'authentication'>): Record<string, unknown> {
  return { ...settings, authentication };
}
