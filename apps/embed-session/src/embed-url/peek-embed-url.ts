import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { peekEmbedUrl } from '@pontage/contracts/embed-session';
import { UnitOfWork } from '@pontage/persistence';
import { notFound } from '@pontage/problems';
import { findEmbedUrl } from './embed-url-table.js';

/** Says what a nonce stands for. Nothing changes by that. */
@serves(peekEmbedUrl)
export class PeekEmbedUrl {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async handle(
    { nonceHash }: ParsedRequestOf<typeof peekEmbedUrl>,
    { org }: Call,
  ): Promise<ReplyOf<typeof peekEmbedUrl>> {
    const url = await this.unitOfWork.run(org, (work) => findEmbedUrl(work, nonceHash));
    if (url === undefined) throw notFound({});
    const { app, allowedOrigins, state, sessionId } = url;
    return { app, allowedOrigins: [...allowedOrigins], state, sessionId };
  }
}
