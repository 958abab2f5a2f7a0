import { SealBroken } from '@pontage/envelope';
import { type UnitOfWork, type Work } from '@pontage/persistence';
import { leaseUnavailable } from '@pontage/problems';
import { DraftRow } from './draft.entity.js';
import { type SecretBox, type SecretValues } from '../secrets/secret-box.js';

/** What a draft holds; `kept` are the secret fields that shall come from the credential before. */
export interface Draft {
  readonly method: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: SecretValues;
  readonly kept: readonly string[];
}

type SealedDraft = Omit<Draft, 'secrets'> & { readonly sealed: Buffer };

/** SQL: how old a draft may become. */
const keptFor = `interval '10 minutes'`;

/** Drafts, their secrets sealed. */
export class DraftStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly box: SecretBox,
  ) {}

  async insert(org: string, id: string, { method, settings, secrets, kept }: Draft): Promise<void> {
    const sealed = this.box.seal(draftPlace(org, id), secrets);
    await this.unitOfWork.run(org, ({ manager }) =>
      manager.insert(DraftRow, { id, org, method, settings, kept: [...kept], sealed }),
    );
  }

  /** The draft that is claimed, out of the store; it stays there for a trial. @throws SealBroken */
  claim(work: Work, { draftId, isTrial }: { draftId: string; isTrial: boolean }): Promise<Draft | undefined> {
    return isTrial ? this.find(work, draftId) : this.take(work, draftId);
  }

  /** Takes a draft out of the store; undefined when it is not there or too old. @throws SealBroken */
  async take({ manager, org }: Work, id: string): Promise<Draft | undefined> {
    const [[row]] = await manager.query<[SealedDraft[], number]>(
      `DELETE FROM draft WHERE id = $1 AND created_at > now() - ${keptFor} RETURNING method, settings, kept, sealed`,
      [id],
    );
    return row === undefined ? undefined : this.opened(org, id, row);
  }

  /** The same, and it stays. @throws SealBroken */
  async find({ manager, org }: Work, id: string): Promise<Draft | undefined> {
    const [row] = await manager.query<SealedDraft[]>(
      `SELECT method, settings, kept, sealed FROM draft WHERE id = $1 AND created_at > now() - ${keptFor}`,
      [id],
    );
    return row === undefined ? undefined : this.opened(org, id, row);
  }

  /** The same in a transaction of its own. @throws leaseUnavailable when it does not open */
  async read(org: string, id: string): Promise<Draft | undefined> {
    try {
      return await this.unitOfWork.run(org, (work) => this.find(work, id));
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      throw leaseUnavailable({}, { detail: 'The draft cannot be opened; send it again.', cause: error });
    }
  }

  /** Deletes drafts; those that are not there are no fault. */
  async drop(org: string, ids: readonly string[]): Promise<void> {
    await this.unitOfWork.run(org, ({ manager }) => manager.query('DELETE FROM draft WHERE id = ANY($1)', [[...ids]]));
  }

  /** Deletes the drafts of every organisation that nobody claimed in time. Returns how many. */
  async sweep(): Promise<number> {
    let swept = 0;
    for (const org of await this.unitOfWork.ids('draft_organisations')) {
      swept += await this.unitOfWork.run(org, async ({ manager }) => {
        const statement = `DELETE FROM draft WHERE created_at <= now() - ${keptFor}`;
        const [, count] = await manager.query<[unknown[], number]>(statement);
        return count;
      });
    }
    return swept;
  }

  private opened(org: string, id: string, { sealed, ...draft }: SealedDraft): Draft {
    return { ...draft, secrets: this.box.open(draftPlace(org, id), sealed) };
  }
}

/** What a draft is sealed for. */
export const draftPlace = (org: string, id: string) => ({ org, kind: 'draft', id, version: 1 });
