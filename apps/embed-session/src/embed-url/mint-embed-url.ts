import { randomUUID } from 'node:crypto';
import { auditOf, serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { mintEmbedUrl } from '@pontage/contracts/embed-session';
import { UnitOfWork } from '@pontage/persistence';
import { forbidden, invalidRequest, stalePolicy, unavailable } from '@pontage/problems';
import { Directory } from '../directory/directory.js';
import { becomesFresh } from '@pontage/snapshots';
import { foreignGroups, judge, type EmbedGrant, type EmbedUrlDraft } from './embed-url.js';
import { insertEmbedUrl } from './embed-url-table.js';

/** Checks every bound of a draft and keeps it under the SHA-256 of its nonce. */
@serves(mintEmbedUrl)
export class MintEmbedUrl {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly directory: Directory,
  ) {}

  async handle(
    { draft, nonceHash }: ParsedRequestOf<typeof mintEmbedUrl>,
    call: Call,
  ): Promise<ReplyOf<typeof mintEmbedUrl>> {
    const grant = await this.grantOf(draft, call);
    const id = randomUUID();
    const { sessionDurationMinutes: sessionMinutes, urlTtlSeconds: ttlSeconds } = draft;
    const expiresAt = await this.unitOfWork.run(call.org, async (work) => {
      const until = await insertEmbedUrl(work, { id, nonceHash, grant, sessionMinutes, ttlSeconds });
      const { app, externalIdentifier, groupIds, environment, metadataJson, allowedOrigins } = grant;
      work.audit({
        ...auditOf(call),
        action: 'embed-url.minted',
        outcome: 'success',
        app,
        externalIdentifier,
        data: {
          embedUrlId: id,
          groupIds: [...groupIds],
          environment,
          metadataJson,
          allowedOrigins: [...allowedOrigins],
          sessionDurationMinutes: sessionMinutes,
          expiresAt: until.toISOString(),
        },
      });
      return until.toISOString();
    });
    return { id, expiresAt };
  }

  /** @throws forbidden for groups that are not the token's, invalidRequest with every other fault at once */
  private async grantOf(given: EmbedUrlDraft, { org, principal }: Call): Promise<EmbedGrant> {
    if (!(await becomesFresh(this.directory))) throw stalePolicy({});
    const foreign = foreignGroups(principal, given.groupIds);
    if (foreign.length > 0)
      throw forbidden({}, { errors: foreign, detail: 'The token is restricted to other groups.' });
    const draft = { ...given, landingPageUuid: given.landingPageUuid.toLowerCase() };
    const [organisation, app, groups] = await Promise.all([
      this.directory.findOrganisation(org),
      this.directory.findApp(org, draft.landingPageUuid),
      Promise.all(draft.groupIds.map((id) => this.directory.findGroup(org, id))),
    ]);
    if (organisation === undefined) throw unavailable({}, { note: `organisation ${org} is in no snapshot` });
    const { grant, errors } = judge(draft, { organisation, app, groups });
    if (errors.length > 0) throw invalidRequest({}, { errors });
    return grant;
  }
}
