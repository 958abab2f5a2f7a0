import type { Call, Principal } from '@pontage/contracts';

/** Who calls, as the query-proxy has to know. */
export interface Caller<P extends Principal = Principal> {
  readonly org: string;
  readonly principal: P;
  readonly requestId: string;
  readonly ip?: string;
  readonly userAgent?: string;
  /** False once the caller's token or session is gone: what is in hand for it ends. */
  readonly isLive: () => boolean;
}

/** The frame around what is asked on a caller's behalf. */
export const frameOf = ({ isLive: _, ...call }: Caller): Call => call;
