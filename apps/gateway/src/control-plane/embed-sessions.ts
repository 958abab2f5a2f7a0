import { Controller } from '@nestjs/common';
import { Bus } from '@pontage/bus';
import { pageOf, parseMetadata } from '@pontage/contracts';
import {
  embedSession,
  listEmbedSessions,
  revokeEmbedSession,
  type EmbedSession,
} from '@pontage/contracts/embed-session';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';

const byId = z.strictObject({ id: z.uuid() });
const shown = embedSession
  .omit({ metadataJson: true })
  .extend({ metadata: z.record(z.string(), z.union([z.string(), z.boolean(), z.int(), z.bigint()])) });
const page = pageOf(shown);

@Controller()
export class EmbedSessions {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/embed-sessions',
    access: 'sessions:read',
    summary: 'Lists the embed sessions of external users.',
    calls: listEmbedSessions,
    query: listEmbedSessions.request,
    reply: page,
    also: { exactIntegers: true },
  })
  async listEmbedSessions({ query, call }: Asked<{ query: typeof listEmbedSessions.request }>) {
    const { data, nextCursor } = await this.bus.request(listEmbedSessions, query, call);
    return { data: data.map(withMetadata), nextCursor };
  }

  @route({
    method: 'DELETE',
    path: '/api/v1/embed-sessions/:id',
    access: 'sessions:write',
    summary: 'Ends an embed session; every gateway refuses it before this is answered.',
    calls: revokeEmbedSession,
    params: byId,
    status: 204,
  })
  async revokeEmbedSession({ params, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(revokeEmbedSession, params, call);
  }
}

const withMetadata = ({ metadataJson, ...session }: EmbedSession) => ({
  ...session,
  metadata: parseMetadata(metadataJson),
});
