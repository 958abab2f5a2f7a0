import { auditOf, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { completeConsent } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { asProblem, consentExpired, isProblem, overloaded, regionUnavailable, type Problem } from '@pontage/problems';
import { ConsentLanding } from './consent-landing.js';
import { ConsentStore, type BegunConsent } from './consent-store.js';
import { ConsentWays } from './consent-ways.js';
import { useOf } from './use-of.js';

/** Ends sign-ins: exchanges the code that a person came back with, and puts the grant where their next query finds it. */
@serves(completeConsent)
export class CompleteConsent {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly consents: ConsentStore,
    private readonly ways: ConsentWays,
    private readonly landing: ConsentLanding,
  ) {}

  async handle(
    { stateHash, browserHash, answer }: ParsedRequestOf<typeof completeConsent>,
    call: Call,
  ): Promise<ReplyOf<typeof completeConsent>> {
    const begun = await this.unitOfWork.run(call.org, (work) => this.consents.complete(work, stateHash, browserHash));
    if (begun === undefined) throw consentExpired({});
    const told = { resource: begun.resourceName, returnTo: begun.returnTo };
    try {
      const bearings = await this.ways.of(useOf(begun), begun.begunBy.call);
      await this.landing.land(begun, bearings, new URLSearchParams(answer));
      return { ...told, failure: null };
    } catch (error) {
      const problem = asProblem(error);
      await this.record(begun, problem);
      if (isNotAsked(problem)) {
        // The provider has not been asked, so what the person came back with is good still.
        await this.unitOfWork.run(call.org, (work) => this.consents.reopen(work, begun));
        throw problem;
      }
      return { ...told, failure: { problem: problem.slug, detail: problem.detail ?? problem.definition.title } };
    }
  }

  private record(
    { begunBy, credentialId, resourceId, environment, region }: BegunConsent,
    problem: Problem,
  ): Promise<void> {
    return this.unitOfWork.run(begunBy.call.org, (work) => {
      work.audit({
        ...auditOf(begunBy.call),
        action: 'consent.failed',
        outcome: 'failure',
        resource: { id: resourceId, version: null },
        region,
        data: { credentialId, environment, problem: problem.slug, detail: problem.detail ?? null },
      });
      return Promise.resolve();
    });
  }
}

/** There was no worker to ask by. */
const isNotAsked = (problem: Problem): boolean =>
  isProblem(problem, regionUnavailable) || isProblem(problem, overloaded);
