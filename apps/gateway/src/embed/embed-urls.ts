import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { mintEmbedUrl } from '@pontage/contracts/embed-session';
import { browserRefused } from '@pontage/problems';
import { z } from 'zod';
import { sha256 } from '../authentication/hash.js';
import { newOrganisationToken } from '../authentication/credentials.js';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';
import { draftOf, embedUrlRequest } from './embed-url-request.js';

const minted = z.strictObject({ embedUrl: z.url(), expiresAt: z.iso.datetime() });

@Controller()
export class EmbedUrls {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'POST',
    path: '/api/embed-url/external-user',
    access: 'apps:embed',
    summary: 'Mints a single-use URL that opens an app for an external user.',
    calls: mintEmbedUrl,
    body: embedUrlRequest,
    reply: minted,
    also: { idempotency: 'secret', exactIntegers: true, backendOnly: true, problems: [browserRefused] },
  })
  async mintEmbedUrl({ body, call, request }: Asked<{ body: typeof embedUrlRequest }>) {
    const nonce = newOrganisationToken(call.org);
    const { expiresAt } = await this.bus.request(
      mintEmbedUrl,
      { draft: draftOf(body), nonceHash: sha256(nonce) },
      call,
    );
    return { embedUrl: `${request.server.publicAddresses.embedOrigin}/embed/${nonce}`, expiresAt };
  }
}
