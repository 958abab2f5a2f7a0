import { ChainVerifier, checkpointKeys, type ChainReport } from '@pontage/audit-chain';
import type { Checkpoint } from '@pontage/contracts/audit-log';
import type { AuditEvent } from '@pontage/contracts/events';
import type { AnswerOf, PontageClient } from '@pontage/client';

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
  const pages: AnswerOf<'listCheckpoints'>[] = [];
  for await (const page of client.pages('listCheckpoints')) pages.push(page);
  const org = pages[0]?.org ?? '';
  const verifier = new ChainVerifier({
    org,
    checkpoints: [...pages.flatMap(({ data }) => data), ...known],
    keys: checkpointKeys(pages[0]?.keys ?? []),
  });
  for await (const event of client.all('listAuditEvents', { query: { order: 'asc' } }))
    verifier.add(event as AuditEvent);
  return { ...verifier.finish(), org };
}
