import { randomUUID } from 'node:crypto';
import { auditOf, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { claimSecrets, sealedName } from '@pontage/contracts/auth-broker';
import { SealBroken } from '@pontage/envelope';
import { UnitOfWork, type Work } from '@pontage/persistence';
import { invalidRequest, notFound, secretRequired, type FieldError } from '@pontage/problems';
import { parseTemplate, variablesIn } from '@pontage/templates';
import { CredentialStore } from '../credential/credential-store.js';
import { DraftStore } from '../draft/draft-store.js';
import { Fingerprints } from '../secrets/fingerprints.js';
import { reportDamage } from '../secrets/report-damage.js';
import { fieldsOf, sealedValueKind, valuesOf, type DraftedValues } from './sealed-value-kind.js';

type Claim = ParsedRequestOf<typeof claimSecrets>;
type Reply = ReplyOf<typeof claimSecrets>;

/** Turns drafted secrets into the sealed values of a resource. */
@serves(claimSecrets)
export class ClaimSecrets {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly drafts: DraftStore,
    private readonly credentials: CredentialStore,
    private readonly fingerprints: Fingerprints,
  ) {}

  async handle(claim: Claim, call: Call): Promise<Reply> {
    try {
      return await this.unitOfWork.run(call.org, (work) => this.claim(work, claim, call));
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      const { resourceId, basedOn } = claim;
      await reportDamage(this.unitOfWork, call, { resourceId, credentialId: basedOn, part: 'draft or base' });
      throw secretRequired(
        {},
        { detail: 'A secret that is stored cannot be opened; it has to be given again.', cause: error },
      );
    }
  }

  private async claim(work: Work, claim: Claim, call: Call): Promise<Reply> {
    const { resourceId, basedOn, keep, isTrial } = claim;
    const draft = await this.drafts.claim(work, claim);
    if (draft?.method !== sealedValueKind)
      throw notFound({}, { detail: 'There is no such draft of sealed values; drafts are kept for ten minutes.' });
    const before = basedOn === null ? new Map<string, string>() : await this.before(work, basedOn, resourceId);
    const kept = keptOf(keep, before);
    const fingerprint = await this.fingerprints.of(work);
    const drafted = Object.entries(draft.secrets as DraftedValues).map(([slot, { place, pointer, value }]) => {
      const print = fingerprint([work.org, resourceId], value);
      return { slot, print, name: sealedName(place, print), pointer, value };
    });
    const values = new Map([...kept, ...drafted.map(({ name, value }) => [name, value] as const)]);
    const counts = { new: drafted.length, kept: keep.length };
    const secretsId = isTrial ? null : await this.store(work, resourceId, values, counts, call);
    const known = new Set(claim.destinationChanged ? [] : [...before.values()].flatMap(namedIn));
    const named = drafted.flatMap(({ pointer, value }) => namedIn(value).map((name) => ({ name, pointer })));
    return {
      secretsId,
      fingerprints: Object.fromEntries(drafted.map(({ slot, print }) => [slot, print])),
      brought: named.filter(({ name }) => !known.has(name)),
    };
  }

  private async store(
    work: Work,
    resourceId: string,
    values: ReadonlyMap<string, string>,
    counts: object,
    call: Call,
  ): Promise<string> {
    const secretsId = randomUUID();
    const method = sealedValueKind;
    await this.credentials.insert(work, { id: secretsId, resourceId, method, settings: {} }, fieldsOf(values));
    work.audit({
      ...auditOf(call),
      action: 'credential.created',
      outcome: 'success',
      resource: { id: resourceId, version: null },
      data: { credentialId: secretsId, method, ...counts },
    });
    return secretsId;
  }

  private async before(work: Work, id: string, resourceId: string): Promise<ReadonlyMap<string, string>> {
    const stored = await this.credentials.find(work, id, resourceId);
    return valuesOf(stored?.method === sealedValueKind ? this.credentials.open(stored) : {});
  }
}

/** Every text that is drafted or stored parses. */
const namedIn = (text: string): string[] => variablesIn(parseTemplate(text));

/** @throws invalidRequest for each secret that is to be kept and is not there, or not in that place */
function keptOf(keep: Claim['keep'], before: ReadonlyMap<string, string>): [string, string][] {
  const errors: FieldError[] = [];
  const kept: [string, string][] = [];
  for (const { place, pointer, fingerprint } of keep) {
    const name = sealedName(place, fingerprint);
    const value = before.get(name);
    if (value === undefined) errors.push({ pointer, detail: 'There is no secret to keep in this place.' });
    else kept.push([name, value]);
  }
  if (errors.length > 0) throw invalidRequest({}, { errors });
  return kept;
}
