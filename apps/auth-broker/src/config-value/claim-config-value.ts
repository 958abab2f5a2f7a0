import { randomUUID } from 'node:crypto';
import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { claimConfigValue } from '@pontage/contracts/auth-broker';
import { SealBroken } from '@pontage/envelope';
import { UnitOfWork, type Work } from '@pontage/persistence';
import { notFound, secretRequired } from '@pontage/problems';
import { DraftStore } from '../draft/draft-store.js';
import { Fingerprints } from '../secrets/fingerprints.js';
import { ConfigValueStore } from './config-value-store.js';
import { configValueKind } from './draft-config-value.js';
import { reportDamagedValue } from './report-damaged-value.js';

type Claim = ParsedRequestOf<typeof claimConfigValue>;
type Reply = ReplyOf<typeof claimConfigValue>;

/** Turns a draft into the secret value of a variable. Who sets variables is in the registry's events. */
@serves(claimConfigValue)
export class ClaimConfigValue {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly drafts: DraftStore,
    private readonly values: ConfigValueStore,
    private readonly fingerprints: Fingerprints,
  ) {}

  async handle(claim: Claim, call: Call): Promise<Reply> {
    try {
      return await this.unitOfWork.run(call.org, (work) => this.claim(work, claim, call));
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      const { environment, name } = claim;
      await reportDamagedValue(this.unitOfWork, call, { environment, name, valueId: null });
      throw secretRequired(
        {},
        { detail: 'The draft cannot be opened; the value has to be given again.', cause: error },
      );
    }
  }

  private async claim(work: Work, { draftId, basedOn, ...claim }: Claim, call: Call): Promise<Reply> {
    const draft = await this.drafts.take(work, draftId);
    if (draft?.method !== configValueKind)
      throw notFound({}, { detail: 'There is no such draft of a value; drafts are kept for ten minutes.' });
    const value = String(draft.secrets.value);
    const { environment, name } = claim;
    const fingerprint = (await this.fingerprints.of(work))([work.org, 'config', environment, name], value);
    if (basedOn !== null && (await this.before(work, claim, basedOn, call)) === value)
      return { valueId: basedOn, fingerprint };
    const id = randomUUID();
    await this.values.insert(work, { ...claim, id }, value);
    return { valueId: id, fingerprint };
  }

  /** A value that no longer opens is no reason not to set another one. */
  private async before(
    work: Work,
    { environment, name }: Pick<Claim, 'environment' | 'name'>,
    id: string,
    call: Call,
  ): Promise<string | undefined> {
    try {
      return await this.values.open(work, { environment, name, id });
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      await reportDamagedValue(this.unitOfWork, call, { environment, name, valueId: id });
      return undefined;
    }
  }
}
