import type { AuthMethod, Credential } from '@pontage/auth-methods';
import type { Call, Caller } from '@pontage/contracts';
import type { GrantKey } from '@pontage/snapshots';
import type { GrantWish } from './grant-state.js';

/** Everything that is needed to find, or to obtain, the grant of a credential in one environment. */
export interface GrantRequest extends GrantKey, GrantWish {
  readonly resourceId: string;
  /** Who `caller` is; undefined: the grant serves everybody. */
  readonly owner: Caller | undefined;
  readonly method: AuthMethod;
  /** Rendered for the environment. */
  readonly credential: Credential;
  /** The origin that its secrets may be sent to once they have been sent there; null when none of them is stored here. */
  readonly destination: string | null;
  /** What a grant is good for that a person agrees to; undefined: nobody has to. */
  readonly scope: string | undefined;
  /** Where token endpoints are called from. */
  readonly region: string;
  /** Who needs it. */
  readonly call: Call;
}
