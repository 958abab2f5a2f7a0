import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { openConsent } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { consentExpired } from '@pontage/problems';
import { ConsentStore } from './consent-store.js';
import { checksOf, ConsentWays } from './consent-ways.js';
import { useOf } from './use-of.js';

/** Goes on with a sign-in in the browser that has opened it: says who will get what, or where to go. */
@serves(openConsent)
export class OpenConsent {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly consents: ConsentStore,
    private readonly ways: ConsentWays,
  ) {}

  async handle(request: ParsedRequestOf<typeof openConsent>, call: Call): Promise<ReplyOf<typeof openConsent>> {
    const { handleHash, browserHash, isConfirmed } = request;
    const begun = await this.unitOfWork.run(call.org, (work) => this.consents.open(work, handleHash, browserHash));
    if (begun === undefined) throw consentExpired({});
    const { wish, consent, context } = await this.ways.of(useOf(begun), begun.begunBy.call);
    const { at, scopes, isSkipped } = consent.terms(wish.credential.settings);
    if (isSkipped || isConfirmed)
      return { step: 'leave', url: await consent.begin(wish.credential, checksOf(begun), context) };
    return {
      step: 'confirm',
      resource: begun.resourceName,
      at,
      scopes: [...scopes],
      forWhom: wish.owner?.display ?? null,
    };
  }
}
