import type { Checkpoint } from '@pontage/contracts/audit-log';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyAudit } from '../audit/verify-audit.js';
import type { AuditEvent, InputOf, PontageClient } from '@pontage/client';

const pollMs = 1_000;

/** Whoever reads our output has enough: `pontage audit export | head`. */
const endWithReader = (): void => void process.stdout.once('error', () => process.exit(0));

/** Which events; the gateway refuses what it does not know. */
export type AuditFilter = NonNullable<InputOf<'listAuditEvents'>['query']>;

/** What `pontage audit tail` was given. */
export interface TailOptions {
  readonly lines: number;
  readonly follow: boolean;
  readonly filter: AuditFilter;
}

/** Prints the newest events, oldest first, and with `--follow` those that come. */
export async function tailAudit(
  client: PontageClient,
  { lines, follow, filter }: TailOptions,
  json: boolean,
): Promise<number> {
  const page = async (limit: number): Promise<AuditEvent[]> => {
    const { data } = await client.call('listAuditEvents', { query: { ...filter, limit } });
    return [...data].reverse();
  };
  const print = (events: readonly AuditEvent[]): void =>
    events.forEach((event) => process.stdout.write(`${json ? JSON.stringify(event) : lineOf(event)}\n`));

  endWithReader();
  const first = await page(lines);
  print(first);
  for (let last = first.at(-1)?.seq ?? 0; follow;) {
    await sleep(pollMs);
    const fresh = (await page(200)).filter(({ seq }) => seq > last);
    print(fresh);
    last = fresh.at(-1)?.seq ?? last;
  }
  return 0;
}

/** Writes every event, oldest first, one JSON object a line. */
export async function exportAudit(client: PontageClient, filter: AuditFilter): Promise<number> {
  endWithReader();
  for await (const event of client.all('listAuditEvents', { query: { ...filter, order: 'asc' } })) {
    if (!process.stdout.write(`${JSON.stringify(event)}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  return 0;
}

/** Recomputes the chain on this machine; 1 when it does not hold. */
export async function verifyAuditLog(
  client: PontageClient,
  checkpointFile: string | undefined,
  json: boolean,
): Promise<number> {
  const report = await verifyAudit(client, checkpointFile === undefined ? [] : keptCheckpoints(checkpointFile));
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (report.firstBroken === null)
    process.stdout.write(`${report.events} events and ${report.checkpoints} checkpoints hold\n`);
  else process.stdout.write(`broken at event ${report.firstBroken.seq}: ${report.firstBroken.reason}\n`);
  return report.ok ? 0 : 1;
}

/** Checkpoints that were kept outside the database, one JSON object a line. */
const keptCheckpoints = (file: string): Checkpoint[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Checkpoint);

const lineOf = (event: AuditEvent): string =>
  [
    event.seq,
    event.at,
    event.action,
    event.outcome,
    `${event.actor.type}:${event.actor.display}`,
    event.externalIdentifier,
    event.resource?.id,
    event.region,
  ]
    .filter((part) => part !== null && part !== undefined)
    .join('  ');
