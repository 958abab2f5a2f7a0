import type { Call } from '@pontage/contracts';
import { consentRequired, credentialRejected, isProblem } from '@pontage/problems';
import type { OpenedCredential } from '../credential/opened-credentials.js';
import { type GrantKeeper, type LentGrant } from '../grant/grant-keeper.js';
import type { GrantRequest } from '../grant/grant-request.js';
import { type GrantWishes } from '../grant/grant-wishes.js';
import { type GrantVerdicts } from './grant-verdicts.js';
import type { Signer, Standing } from './standing.js';
import { type Question, type Verifications } from './verifications.js';

/** Finds out how callers stand with an upstream that takes grants: as a query would, by the grant and with it. */
export class GrantSignIns {
  constructor(
    private readonly wishes: GrantWishes,
    private readonly keeper: GrantKeeper,
    private readonly verifications: Verifications,
    private readonly verdicts: GrantVerdicts,
  ) {}

  /** @throws Problem when neither grant nor rejection is to be had, or the upstream cannot be asked */
  async standing({ method, credential }: OpenedCredential, asked: Question['asked'], call: Call): Promise<Standing> {
    const wish = await this.wishes.of(method, credential, asked, call);
    const signsIn = signerOf(wish);
    const held = await this.grantOf(wish);
    if (held === undefined) {
      const endedAt = await this.keeper.endOf(wish);
      return signsIn === undefined ? { by: 'rejection', endedAt } : { by: 'consent', endedAt, signsIn };
    }
    const url = method.verificationUrl?.(wish.credential.settings);
    if (url === undefined) return { by: 'grant', endsAt: endOf(held), status: undefined, signsIn };
    const last = await this.askAsQuery(wish, asked, held, url);
    if (last.isFresh) await this.verdicts.note(wish, last.version, last.status);
    return { by: 'grant', endsAt: last.endsAt, status: last.status, signsIn };
  }

  /** A query whose grant is refused is sent once more with a newer one, if there is one to be had. */
  private async askAsQuery(wish: GrantRequest, asked: Question['asked'], held: LentGrant, url: string) {
    const first = await this.ask(wish, asked, held, url);
    if (!wish.method.retryOn.includes(first.status)) return first;
    const newer = await this.newer(wish, held);
    return newer === undefined ? first : this.ask(wish, asked, newer, url);
  }

  /** Undefined: whoever issues grants does not accept the credential, or a person has to agree first. */
  private async grantOf(wish: GrantRequest): Promise<LentGrant | undefined> {
    try {
      return await this.keeper.current(wish);
    } catch (error) {
      if (isProblem(error, credentialRejected) || isProblem(error, consentRequired)) return undefined;
      throw error;
    }
  }

  /** Undefined: there is no newer one, at least not yet. */
  private async newer(wish: GrantRequest, { version }: LentGrant): Promise<LentGrant | undefined> {
    try {
      const lent = await this.keeper.current({ ...wish, refused: version });
      return lent.version > version ? lent : undefined;
    } catch {
      // What the upstream has said is an answer, without a newer grant as well.
      return undefined;
    }
  }

  private async ask(wish: GrantRequest, asked: Question['asked'], grant: LentGrant, url: string) {
    const { org, method, credential } = wish;
    const question = { org, asked, method, credential: { settings: credential.settings, secrets: {} }, grant };
    return { ...(await this.verifications.ask(question, url)), endsAt: endOf(grant), version: grant.version };
  }
}

const endOf = ({ expiresInMs }: LentGrant): Date | null =>
  expiresInMs === null ? null : new Date(Date.now() + expiresInMs);

/** Undefined: what there is to be had needs no person. */
function signerOf({ scope, owner }: GrantRequest): Signer | undefined {
  if (scope === undefined) return undefined;
  return owner === undefined ? 'editor' : 'caller';
}
