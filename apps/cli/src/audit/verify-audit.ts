import { ChainVerifier, checkpointKeys, type ChainReport } from '@pontage/audit-chain';
import type { Checkpoint } from '@pontage/contracts/audit-log';
import type { AuditEvent } from '@pontage/contracts/events';
import type { JsonWebKey } from 'node:crypto';
import type { PontageClient } from '../client/pontage-client.js';

interface CheckpointPage {
  readonly org: string;
  readonly data: readonly Checkpoint[];
  readonly keys: readonly JsonWebKey[];
  readonly nextCursor: string | null;
}

/**
 * Recomputes the organisation's chain on this machine from what the API lists, and compares it with the signed
 * checkpoints. Nothing that the server says about the chain's soundness is believed.
 * @param known checkpoints that were kept elsewhere; they count besides those that the server lists
 */
export async function verifyAudit(
  client: PontageClient,
  known: readonly Checkpoint[] = [],
): Promise<ChainReport & { org: string }> {
  // The checkpoints come first: an event that is written meanwhile only makes the chain longer than they say.
  const pages: CheckpointPage[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: CheckpointPage = await client.get(`/api/v1/audit/checkpoints?limit=200${query}`);
    pages.push(page);
    cursor = page.nextCursor;
  }
  const org = pages[0]?.org ?? '';
  const verifier = new ChainVerifier({
    org,
    checkpoints: [...pages.flatMap(({ data }) => data), ...known],
    keys: checkpointKeys(pages[0]?.keys ?? []),
  });
  for await (const event of client.list<AuditEvent>('/api/v1/audit-events?order=asc')) verifier.add(event);
  return { ...verifier.finish(), org };
}
