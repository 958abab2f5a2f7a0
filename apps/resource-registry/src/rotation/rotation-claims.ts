import type { Call } from '@pontage/contracts';
import { hasEnvironment } from '@pontage/contracts/resource-registry';
import { invalidRequest, rotationSettling } from '@pontage/problems';
import type { SecretVariables } from '../config/secret-variables.js';
import type { CredentialClaims } from '../resource-secrets/credential-claims.js';
import { variantIn } from '../resource-settings/variant.js';
import {
  credentialsOf,
  everywhere,
  ownCredentialOf,
  type Credential,
  type ResourceContent,
  type SavedResource,
} from '../resource/resource.js';

/** The credential of a resource that a rotation is about. */
export interface RotationTarget {
  readonly credentialId: string;
  readonly baseUrl: string;
}

/**
 * The credential of an environment, or (undefined) that of all environments without one of their own.
 * @throws invalidRequest when there is none to be rotated
 */
export function targetOf(resource: SavedResource, environment: string | undefined): RotationTarget {
  const { baseUrl } = variantIn(resource.settings, environment ?? null).settings;
  if (environment === undefined) {
    if (resource.credentialId === null)
      throw invalidRequest({}, { detail: 'The resource has no credential whose secret could be rotated.' });
    return { credentialId: resource.credentialId, baseUrl };
  }
  const credentialId = ownCredentialOf(resource, environment);
  if (credentialId !== null && hasEnvironment(resource.settings, environment)) return { credentialId, baseUrl };
  const detail =
    'This environment has no credential of its own; without an environment, that of all others is rotated.';
  throw invalidRequest({}, { errors: [{ pointer: '/query/environment', detail }] });
}

/** @throws rotationSettling when another credential has come in the place of the one that the caller saw */
export function requireTarget(resource: SavedResource, environment: string | undefined, basedOn: string): void {
  if (targetOf(resource, environment).credentialId === basedOn) return;
  throw rotationSettling({}, { detail: 'The credential has been changed by somebody else a moment ago.' });
}

/** A credential that takes the place of another one. */
export interface Replacement extends Credential {
  readonly rotatedAt: string | undefined;
}

/** Has the broker make a resource's credential anew, with other secrets. */
export class RotationClaims {
  constructor(
    private readonly credentials: CredentialClaims,
    private readonly secretVariables: SecretVariables,
  ) {}

  /** @throws rotationSettling; forbidden for a secret variable that the caller may not bring in */
  async claim(
    resource: SavedResource,
    environment: string | undefined,
    draftId: string,
    call: Call,
  ): Promise<Replacement> {
    const { credentialId: basedOn, baseUrl } = targetOf(resource, environment);
    const { brought, ...credential } = await this.credentials.claim(
      { draftId, resourceId: resource.id, basedOn, destinationChanged: false, isTrial: false, baseUrl, rotates: true },
      call,
    );
    await this.secretVariables.refuseBroughtBy(call, brought);
    return credential;
  }

  /**
   * What a resource consists of, with the successors of those of its credentials that were retired: their secrets are
   * gone, and nothing but the secrets was changed then.
   */
  async withSuccessors(id: string, content: ResourceContent, call: Call): Promise<ResourceContent> {
    const named = credentialsOf(content);
    if (named.length === 0) return content;
    const ids = named.map(([, credentialId]) => credentialId);
    const successors = await this.credentials.successors(id, ids, call);
    return named.reduce((result, [environment, credentialId]) => {
      const successor = successors[credentialId];
      return successor === undefined ? result : withReplacement(result, environment, successor);
    }, content);
  }
}

/** What a resource consists of, with another credential in one place. */
export function withReplacement(
  content: ResourceContent,
  environment: string,
  { credentialId, authentication, rotatedAt }: Replacement,
): ResourceContent {
  const secretsSince = { ...content.secretsSince, ...(rotatedAt === undefined ? {} : { [environment]: rotatedAt }) };
  if (environment === everywhere || credentialId === null)
    return { ...content, credentialId, authentication, secretsSince };
  const { environments } = content.settings;
  return {
    ...content,
    secretsSince,
    environmentCredentials: { ...content.environmentCredentials, [environment]: credentialId },
    settings: {
      ...content.settings,
      environments: { ...environments, [environment]: { ...environments[environment], authentication } },
    },
  };
}
