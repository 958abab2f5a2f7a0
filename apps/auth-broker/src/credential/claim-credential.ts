import { randomUUID } from 'node:crypto';
import { authMethods } from '@pontage/auth-methods';
import { auditOf, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { claimCredential } from '@pontage/contracts/auth-broker';
import { SealBroken } from '@pontage/envelope';
import { UnitOfWork, type Work } from '@pontage/persistence';
import { internal, notFound, secretRequired } from '@pontage/problems';
import { DraftStore, type Draft } from '../draft/draft-store.js';
import type { SecretValues } from '../secrets/secret-box.js';
import { Fingerprints } from '../secrets/fingerprints.js';
import { reportDamage } from '../secrets/report-damage.js';
import { broughtVariables } from './brought-variables.js';
import { refuseStrayVerification } from '../sign-in/verification-target.js';
import { CredentialStore, type StoredCredential } from './credential-store.js';
import { credentialView } from './credential-view.js';
import { mergeSecrets, type Base } from './merge-draft.js';

type Claim = ParsedRequestOf<typeof claimCredential>;
type Reply = ReplyOf<typeof claimCredential>;

/** The credential that a draft continues, and since when its secrets are what they are. */
type AgedBase = Base & Pick<StoredCredential, 'rotatedAt'>;

/** What is about to be stored. */
interface NewCredential {
  readonly resourceId: string;
  readonly draft: Draft;
  readonly secrets: SecretValues;
  readonly rotatedAt: Date;
}

/** Turns a draft into a credential of a resource. */
@serves(claimCredential)
export class ClaimCredential {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly drafts: DraftStore,
    private readonly credentials: CredentialStore,
    private readonly fingerprints: Fingerprints,
  ) {}

  async handle(claim: Claim, call: Call): Promise<Reply> {
    try {
      return await this.unitOfWork.run(call.org, async (work) => {
        const draft = await this.drafts.claim(work, claim);
        if (draft === undefined)
          throw notFound({}, { detail: 'There is no such draft of a credential; drafts are kept for ten minutes.' });
        return this.claim(work, claim, draft, call);
      });
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      await reportDamage(this.unitOfWork, call, {
        resourceId: claim.resourceId,
        credentialId: claim.basedOn,
        part: 'draft or base',
      });
      throw secretRequired(
        {},
        { detail: 'The secret that is stored cannot be opened; it has to be given again.', cause: error },
      );
    }
  }

  private async claim(work: Work, claim: Claim, draft: Draft, call: Call): Promise<Reply> {
    const method = authMethods.get(draft.method);
    if (method === undefined) throw internal({}, { note: `a draft of the unknown method ${draft.method}` });
    const { resourceId, basedOn, destinationChanged, baseUrl, isTrial } = claim;
    if (baseUrl !== null) refuseStrayVerification(method, draft.settings, baseUrl);
    const base = basedOn === null ? undefined : await this.base(work, basedOn, resourceId, draft);
    const secrets = mergeSecrets(method, draft, base, destinationChanged);
    const rotatedAt = isKept(draft, secrets) ? (base?.rotatedAt ?? new Date()) : new Date();
    const credentialId = isTrial ? null : await this.store(work, { resourceId, draft, secrets, rotatedAt }, call);
    if (claim.rotates && credentialId !== null && basedOn !== null)
      await this.credentials.rotations.begin(work, { credentialId, resourceId, basedOn, requestedBy: call });
    const fingerprint = await this.fingerprints.of(work);
    const credential = { settings: draft.settings, secrets };
    return {
      credentialId,
      authentication: credentialView(method, credential, (value) => fingerprint([work.org, resourceId], value)),
      rotatedAt: rotatedAt.toISOString(),
      brought: broughtVariables(method, { settings: draft.settings, secrets }, base, destinationChanged),
    };
  }

  private async store(
    work: Work,
    { resourceId, draft, secrets, rotatedAt }: NewCredential,
    call: Call,
  ): Promise<string> {
    const { method, settings, kept } = draft;
    const credentialId = randomUUID();
    await this.credentials.insert(work, { id: credentialId, resourceId, method, settings, rotatedAt }, secrets);
    work.audit({
      ...auditOf(call),
      action: 'credential.created',
      outcome: 'success',
      resource: { id: resourceId, version: null },
      data: { credentialId, method, secrets: Object.keys(secrets), kept: [...kept] },
    });
    return credentialId;
  }

  /** One that does not open is no hindrance to a draft that keeps nothing of it. */
  private async base(work: Work, id: string, resourceId: string, { kept }: Draft): Promise<AgedBase | undefined> {
    const stored = await this.credentials.find(work, id, resourceId);
    if (stored === undefined) return undefined;
    try {
      return { ...stored, secrets: this.credentials.open(stored) };
    } catch (error) {
      if (!(error instanceof SealBroken) || kept.length > 0) throw error;
      return undefined;
    }
  }
}

/** True when every secret is the one of before. */
const isKept = ({ kept }: Draft, secrets: SecretValues): boolean =>
  Object.keys(secrets).every((name) => kept.includes(name));
