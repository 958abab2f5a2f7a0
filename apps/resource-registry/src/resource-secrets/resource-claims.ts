import type { Call } from '@pontage/contracts';
import {
  hasEnvironment,
  type AuthenticationView,
  type ResourceDraft,
  type ResourceDraftPatch,
  type ResourceSettings,
} from '@pontage/contracts/resource-registry';
import { invalidRequest, isProblem } from '@pontage/problems';
import type { CallWork } from '../call/call-transactions.js';
import type { SecretVariables } from '../config/secret-variables.js';
import {
  everywhere,
  noCredential,
  ownCredentialOf,
  type Credential,
  type ResourceContent,
  type SavedResource,
} from '../resource/resource.js';
import { isSameDestination, variantIn, variantsOf } from '../resource-settings/variant.js';
import type { CredentialClaims } from './credential-claims.js';
import { refuseMovedCredentials, refuseSecretsTakenAlong } from './moved-secrets.js';
import { asStored, draftedSlotsOf, keptPlacesOf, refuseMovedValues, refuseUnknownKept } from './sealed-values.js';
import { variablesTakenAlong } from './variables-taken-along.js';

/** What a client sent: the settings, and the broker's names for the secrets of it. */
export interface DraftedResource {
  readonly settings: ResourceDraft;
  readonly draftId?: string | undefined;
  readonly secretsDraftId?: string | undefined;
}

/** A resource, or some settings of one, as a client sent it. */
interface MayNeedClaims extends Pick<DraftedResource, 'draftId' | 'secretsDraftId'> {
  readonly settings: Pick<ResourceDraftPatch, 'environments'>;
}

/** True when the broker has to be asked before this can be saved. */
export const needsClaims = ({ settings, draftId, secretsDraftId }: MayNeedClaims): boolean =>
  draftId !== undefined ||
  secretsDraftId !== undefined ||
  Object.values(settings.environments ?? {}).some((own) => isDraft(own?.authentication));

/** A resource that is about to be saved. */
export interface Saving {
  readonly id: string;
  /** Undefined: it is new. */
  readonly before: SavedResource | undefined;
  readonly drafted: DraftedResource;
  /** True: only what it would look like is wanted. Its drafts stay, and its secrets have no names at the broker's. */
  readonly isTrial?: boolean;
  /** The transaction that it is saved in, where that has begun. */
  readonly work?: CallWork;
}

/** Claims the secrets of a resource that is about to be saved; the broker is asked before anything is written. */
export class ResourceClaims {
  constructor(
    private readonly credentials: CredentialClaims,
    private readonly secretVariables: SecretVariables,
  ) {}

  /**
   * The resource as it is saved, everything new about it claimed. Nobody is asked when it {@link needsClaims} none.
   * @throws secretRequired, invalidRequest when there is nothing to keep, or not for this destination; forbidden for a
   * secret variable that it brings in
   */
  async content(saving: Saving, call: Call): Promise<ResourceContent> {
    const { before, drafted } = saving;
    const { settings, draftId } = drafted;
    refuseUnknownKept(before?.settings, settings);
    if (before !== undefined) {
      refuseMovedValues(before.settings, settings);
      refuseMovedCredentials(before, settings, draftId === undefined);
    }
    const credential =
      draftId === undefined ? keptEverywhere(before) : await this.credential(saving, draftId, null, call);
    const own = await this.environments(saving, call);
    const sealed = await this.sealedValues(saving, call);
    const content = {
      settings: { ...sealed.settings, environments: withAuthentication(sealed.settings.environments, own) },
      secretsId: sealed.secretsId,
      credentialId: credential.credentialId,
      authentication: credential.authentication,
      environmentCredentials: credentialIdsOf(own),
      secretsSince: agesOf([[everywhere, credential], ...own]),
    };
    refuseSecretsTakenAlong(content);
    const along = variablesTakenAlong(before, content, isDraftedIn(drafted));
    await this.secretVariables.refuseBroughtBy(call, along, saving.work);
    return content;
  }

  /** Has everything forgotten that belongs to the resources. */
  forget(ids: readonly string[], call: Call): Promise<void> {
    return this.credentials.forget(ids, call);
  }

  /** @param environment null: the credential is for all environments without one of their own */
  private async credential(
    { id: resourceId, before, drafted: { settings }, isTrial = false }: Saving,
    draftId: string,
    environment: string | null,
    call: Call,
  ): Promise<AgedCredential> {
    const after = variantIn(settings, environment);
    const destinationChanged =
      before !== undefined && !isSameDestination(variantIn(before.settings, environment).settings, after.settings);
    const known = environment === null ? before?.credentialId : before && ownCredentialOf(before, environment);
    try {
      const { baseUrl } = after.settings;
      const claim = { draftId, resourceId, basedOn: known ?? null, destinationChanged, baseUrl, isTrial };
      const { brought, ...credential } = await this.credentials.claim(claim, call);
      await this.secretVariables.refuseBroughtBy(call, brought);
      return credential;
    } catch (error) {
      throw environment !== null && isProblem(error) ? error.below(after.pointer) : error;
    }
  }

  /** The credentials that environments have of their own. */
  private async environments(saving: Saving, call: Call): Promise<ReadonlyMap<string, AgedCredential>> {
    const own = new Map<string, AgedCredential>();
    for (const [environment, { authentication }] of Object.entries(saving.drafted.settings.environments)) {
      if (authentication === undefined) continue;
      own.set(
        environment,
        isDraft(authentication)
          ? await this.credential(saving, authentication.draftId, environment, call)
          : keptCredential(saving.before, environment),
      );
    }
    return own;
  }

  private async sealedValues({ id, before, drafted, isTrial = false }: Saving, call: Call) {
    const { settings, secretsDraftId } = drafted;
    const keep = keptPlacesOf(settings);
    const basedOn = before?.secretsId ?? null;
    if (secretsDraftId === undefined) {
      if (draftedSlotsOf(settings).length > 0)
        throw invalidRequest({}, { detail: 'There is no draft of the sealed values.' });
      return { settings: asStored(settings, {}), secretsId: keep.length === 0 ? null : basedOn };
    }
    const destinationChanged = before !== undefined && !goToOnePlace(before.settings, settings);
    const claim = { draftId: secretsDraftId, resourceId: id, basedOn, destinationChanged, keep, isTrial };
    const { secretsId, fingerprints, brought } = await this.credentials.claimSecrets(claim, call);
    await this.secretVariables.refuseBroughtBy(call, brought);
    return { settings: asStored(settings, fingerprints), secretsId };
  }
}

/** True when all environments go where the resource has gone before: what one of them names, any of them may. */
const goToOnePlace = (before: ResourceDraft, after: ResourceDraft): boolean =>
  variantsOf(after).every(({ settings }) => isSameDestination(before, settings)) &&
  variantsOf(before).every(({ settings }) => isSameDestination(before, settings));

const isDraftedIn =
  ({ settings, draftId }: DraftedResource) =>
  (environment: string | null): boolean =>
    environment === null ? draftId !== undefined : isDraft(settings.environments[environment]?.authentication);

type Draft = { readonly draftId: string };
const isDraft = (authentication: Draft | AuthenticationView | undefined): authentication is Draft =>
  authentication !== undefined && !('method' in authentication);

/** A credential, and since when its secrets are what they are; undefined: that is not known, or there are none. */
interface AgedCredential extends Credential {
  readonly rotatedAt: string | undefined;
}

const agesOf = (credentials: Iterable<readonly [environment: string, AgedCredential]>): Record<string, string> =>
  Object.fromEntries(
    [...credentials].flatMap(([environment, { rotatedAt }]) =>
      rotatedAt === undefined ? [] : [[environment, rotatedAt] as const],
    ),
  );

const ageOf = ({ secretsSince }: SavedResource, environment: string): string | undefined =>
  // An environment may be called `constructor`.
  Object.hasOwn(secretsSince, environment) ? secretsSince[environment] : undefined;

const keptEverywhere = (before: SavedResource | undefined): AgedCredential => ({
  ...(before ?? noCredential),
  rotatedAt: before && ageOf(before, everywhere),
});

function keptCredential(before: SavedResource | undefined, environment: string): AgedCredential {
  const authentication =
    before && hasEnvironment(before.settings, environment)
      ? before.settings.environments[environment]?.authentication
      : undefined;
  if (before === undefined || authentication === undefined) {
    const pointer = `/environments/${environment}/authentication`;
    throw invalidRequest({}, { errors: [{ pointer, detail: 'There is no credential to keep.' }] });
  }
  return {
    credentialId: ownCredentialOf(before, environment),
    authentication,
    rotatedAt: ageOf(before, environment),
  };
}

function withAuthentication(
  environments: Readonly<Record<string, object>>,
  own: ReadonlyMap<string, Credential>,
): ResourceSettings['environments'] {
  const entries = Object.entries(environments).map(([name, settings]) => {
    const authentication = own.get(name)?.authentication;
    return [name, authentication === undefined ? settings : { ...settings, authentication }] as const;
  });
  return Object.fromEntries(entries);
}

const credentialIdsOf = (own: ReadonlyMap<string, Credential>): Record<string, string> =>
  Object.fromEntries(
    [...own].flatMap(([name, { credentialId }]) => (credentialId === null ? [] : [[name, credentialId] as const])),
  );
