import type { RunningQuery } from '../client/open-query.js';

/** A running query as an upload sees it, and what it was given. */
export function received() {
  const pieces: { sequence: number; length: number; last: boolean }[] = [];
  let cut = false;
  const query: RunningQuery = {
    executionId: 'e',
    attempts: () => 1,
    grant: () => undefined,
    send: (sequence, body, last) => void pieces.push({ sequence, length: body.length, last }),
    cut: () => (cut = true),
    cancel: () => undefined,
  };
  return { pieces, query, wasCut: () => cut };
}
