import { authMethods, hasGrantPerCaller, needsGrant, type AuthMethod, type Credential } from '@pontage/auth-methods';
import { auditOf, serves } from '@pontage/bus';
import { callerOf, type Call, type ParsedRequestOf } from '@pontage/contracts';
import { leaseDraft, type Lease } from '@pontage/contracts/auth-broker';
import { UnitOfWork } from '@pontage/persistence';
import { isProblem, notFound, type Problem } from '@pontage/problems';
import { mergeSecrets } from '../credential/merge-draft.js';
import { acquireGrant } from '../grant/acquire-grant.js';
import { TokenEgress } from '../grant/token-egress.js';
import { RenderedCredentials } from '../lease/rendered-credentials.js';
import { DraftStore } from './draft-store.js';

type Request = ParsedRequestOf<typeof leaseDraft>;

/** It is for one test, and nobody keeps it. */
const validForMs = 1;

/** Lends a query-proxy what `apply` needs of a draft. What is acquired for that is lent and forgotten. */
@serves(leaseDraft)
export class LeaseDraft {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly drafts: DraftStore,
    private readonly rendered: RenderedCredentials,
    private readonly egress: TokenEgress,
  ) {}

  async handle(request: Request, call: Call): Promise<Lease> {
    const draft = await this.drafts.read(call.org, request.draftId);
    const method = draft === undefined ? undefined : authMethods.get(draft.method);
    if (draft === undefined || method === undefined)
      throw notFound({}, { detail: 'There is no such draft of a credential.' });
    const credential: Credential = {
      settings: draft.settings,
      secrets: mergeSecrets(method, draft, undefined, false),
    };
    if (needsGrant(method, draft.settings)) return this.acquired(method, credential, request, call);
    const { settings, secrets } = credential as Pick<Lease, 'settings' | 'secrets'>;
    return { method: method.id, settings, secrets, grant: null, serves: 'everyone', validForMs };
  }

  private async acquired(
    method: AuthMethod,
    given: Credential,
    { region, environment }: Request,
    call: Call,
  ): Promise<Lease> {
    const { org } = call;
    const { credential } = await this.rendered.of(method, given, environment, call);
    const outcome = await acquireGrant(method, credential, {
      fetch: this.egress.fetchFrom(region, org),
      now: () => new Date(),
      organisation: org,
      caller: hasGrantPerCaller(method, given.settings) ? callerOf(call.principal) : undefined,
    });
    await this.record(method, outcome, { region, environment }, call);
    if (isProblem(outcome)) throw outcome;
    const { value, expiresAt } = outcome;
    const expiresInMs = expiresAt === null ? null : expiresAt.getTime() - Date.now();
    const grant = { version: 1, value: value as NonNullable<Lease['grant']>['value'], expiresInMs };
    const leased = { method: method.id, settings: credential.settings as Lease['settings'], secrets: {} };
    return { ...leased, grant, serves: 'everyone', validForMs };
  }

  /** The secrets have been used: that is on record, whatever came of it. */
  private async record(
    method: AuthMethod,
    outcome: Problem | object,
    { region, environment }: Pick<Request, 'region' | 'environment'>,
    call: Call,
  ): Promise<void> {
    const facts = { method: method.id, environment, test: true };
    await this.unitOfWork.run(call.org, (work) => {
      work.audit({
        ...auditOf(call),
        action: isProblem(outcome) ? 'grant.failed' : 'grant.acquired',
        outcome: isProblem(outcome) ? 'failure' : 'success',
        region,
        data: isProblem(outcome) ? { ...facts, problem: outcome.slug, detail: outcome.detail ?? null } : facts,
      });
      return Promise.resolve();
    });
  }
}
