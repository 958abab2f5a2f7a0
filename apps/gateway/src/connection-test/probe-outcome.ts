import type { Probed } from '@pontage/contracts/egress-worker';
import type { Pairs } from '@pontage/http-message';
import type { Problem } from '@pontage/problems';

/** How a connection test from one region ended: with an answer of the upstream, or with a problem. */
export interface ProbeOutcome {
  /** The method that was asked with. */
  readonly method: string;
  readonly region: string | null;
  readonly workerId: string | null;
  /** Undefined: whoever says how it ended knows nothing of the way there. */
  readonly probed: Probed | undefined;
  readonly end: { readonly status: number; readonly headers: Pairs } | { readonly problem: Problem };
}
