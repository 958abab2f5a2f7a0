import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Controller, StreamableFile } from '@nestjs/common';
import { auditOf, Bus } from '@pontage/bus';
import { pageRequest, type Call } from '@pontage/contracts';
import { findAuditEvent, listAuditEvents, listCheckpoints, verifyAudit } from '@pontage/contracts/audit-log';
import { auditUnavailable } from '@pontage/problems';
import { z } from 'zod';
import type { Asked } from '../routes/asked.js';
import { route } from '../routes/route.js';
import { exportFormats, exportLines } from './audit-export.js';

const byId = z.strictObject({ id: z.uuid() });
const wanted = listAuditEvents.request
  .omit({ limit: true, cursor: true, order: true })
  .extend({ format: z.enum(['ndjson', 'csv']).default('ndjson') });
const exportPageSize = 200;

@Controller()
export class AuditEvents {
  constructor(private readonly bus: Bus) {}

  @route({
    method: 'GET',
    path: '/api/v1/audit-events',
    access: 'audit:read',
    summary: 'Lists audit events, newest first.',
    calls: listAuditEvents,
    query: listAuditEvents.request,
  })
  async listAuditEvents({ query, call }: Asked<{ query: typeof listAuditEvents.request }>) {
    return this.bus.request(listAuditEvents, query, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/audit-events/export',
    access: 'audit:read',
    summary: 'Streams audit events as lines, oldest first; the export is recorded before it begins.',
    query: wanted,
    also: {
      media: Object.values(exportFormats).map(({ type }) => type),
      problems: [...listAuditEvents.problems, auditUnavailable],
    },
  })
  async exportAuditEvents({ query: { format, ...filter }, call }: Asked<{ query: typeof wanted }>) {
    const page = (cursor?: string) =>
      this.bus.request(
        listAuditEvents,
        { ...filter, order: 'asc', limit: exportPageSize, ...(cursor === undefined ? {} : { cursor }) },
        call,
      );
    const first = await page();
    await this.recordExport(call, { format, ...filter });
    const lines = Readable.from(exportLines(format, first, page), { objectMode: false });
    return new StreamableFile(lines, {
      type: exportFormats[format].type,
      disposition: `attachment; filename="audit-events.${format}"`,
    });
  }

  @route({
    method: 'GET',
    path: '/api/v1/audit-events/:id',
    access: 'audit:read',
    summary: 'Shows an audit event.',
    calls: findAuditEvent,
    params: byId,
  })
  async findAuditEvent({ params, call }: Asked<{ params: typeof byId }>) {
    return this.bus.request(findAuditEvent, params, call);
  }

  @route({
    method: 'GET',
    path: '/api/v1/audit/checkpoints',
    access: 'audit:read',
    summary: 'Lists the signed checkpoints and the keys that verify them.',
    calls: listCheckpoints,
    query: pageRequest,
  })
  async listCheckpoints({ query, call }: Asked<{ query: typeof pageRequest }>) {
    return this.bus.request(listCheckpoints, query, call);
  }

  @route({
    method: 'POST',
    path: '/api/v1/audit/verify',
    access: 'audit:read',
    summary: 'Recomputes the chain of events and compares it with the checkpoints.',
    calls: verifyAudit,
  })
  async verifyAudit({ call }: Asked) {
    return this.bus.request(verifyAudit, {}, call);
  }

  /** Whoever reads the record leaves a trace in it, or does not read it. */
  private recordExport(call: Call, data: Record<string, string | undefined>): Promise<void> {
    return this.bus.publishEvent({
      id: randomUUID(),
      at: new Date().toISOString(),
      ...auditOf(call),
      action: 'audit.exported',
      outcome: 'success',
      data: Object.fromEntries(
        Object.entries(data).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    });
  }
}
