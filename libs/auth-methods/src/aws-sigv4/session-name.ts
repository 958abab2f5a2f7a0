// RoleSessionName of AssumeRole (STS API version 2011-06-15): 2 to 64 of [\w+=,.@-]. CloudTrail and the policies of AWS know
// a session by it, so no two callers of an organisation may have the same one, whatever they are called.

import { createHash } from 'node:crypto';
import type { AuthContext, GrantOwner } from '../auth-method.js';

const longest = 64;
/** What may stand in a name, but for the comma: only a digest comes behind one, so that no identifier can pass for it. */
const foreign = /[^\w+=.@-]/g;

/**
 * The name that CloudTrail shows: `pontage-user=ada@example.com` for an external user whose identifier fits, otherwise
 * what people read of the caller, a comma and a digest of who it is. Without a caller the organisation.
 */
export const sessionName = ({ caller, organisation }: Pick<AuthContext, 'caller' | 'organisation'>): string =>
  caller === undefined ? `pontage-${organisation}` : nameOf(caller);

function nameOf({ kind, id, display }: GrantOwner): string {
  const isUser = kind === 'external';
  const prefix = `pontage-${isUser ? 'user' : kind}=`;
  if (isUser && prefix.length + id.length <= longest && id.search(foreign) === -1) return prefix + id;
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, id]))
    .digest('hex')
    .slice(0, 16);
  // A user's display may differ between sessions that share the keys; the identifier does not.
  const readable = (isUser ? id : display).replaceAll(foreign, '-');
  return `${prefix}${readable.slice(0, longest - prefix.length - digest.length - 1)},${digest}`;
}
