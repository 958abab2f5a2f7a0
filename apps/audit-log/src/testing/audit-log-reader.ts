import type { Bus } from '@pontage/bus';
import type { RequestOf } from '@pontage/contracts';
import { listAuditEvents, listCheckpoints, verifyAudit } from '@pontage/contracts/audit-log';
import type { AuditEvent } from '@pontage/contracts/events';
import type { Stack } from '@pontage/testkit';
import pg from 'pg';
import { callOf } from './events.js';
import { eventually } from './eventually.js';

/** What an auditor asks, through the gateway's place on the bus. */
export class AuditLogReader {
  constructor(private readonly gateway: Bus) {}

  list(org: string, filter: RequestOf<typeof listAuditEvents> = {}) {
    return this.gateway.request(listAuditEvents, filter, callOf(org));
  }

  verify(org: string) {
    return this.gateway.request(verifyAudit, {}, callOf(org));
  }

  checkpoints(org: string) {
    return this.gateway.request(listCheckpoints, {}, callOf(org));
  }

  /** Waits until a checkpoint speaks of `seq`. */
  async signed(org: string, seq: number): Promise<void> {
    const found = await eventually(async () =>
      (await this.checkpoints(org)).data.find((checkpoint) => checkpoint.seq >= seq),
    );
    if (found === undefined) throw new Error(`no checkpoint of ${seq} events`);
  }

  /** Every event of an organisation, page by page. */
  async all(org: string): Promise<AuditEvent[]> {
    const events: AuditEvent[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.list(org, { order: 'asc', limit: 200, ...(cursor === undefined ? {} : { cursor }) });
      events.push(...page.data);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return events;
  }
}

/** Somebody who may do anything to the database, the trigger's consent included. */
export async function connectSuperuser(stack: Stack): Promise<pg.Client> {
  const url = new URL(stack.postgres.superuserUrl);
  url.pathname = '/pontage';
  const client = new pg.Client(url.href);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SET search_path = audit_log');
  return client;
}
