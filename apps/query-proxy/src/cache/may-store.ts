import { headerOf } from '@pontage/http-message';
import type { SavedQuery } from '@pontage/contracts/resource-registry';
import type { StoredAnswer } from './answer-cache.js';

type Share = NonNullable<SavedQuery['cache']>['share'];

/**
 * Whether an answer may be given to the next one who asks. Of an upstream's own word only what forbids it counts (RFC 9111, 5.2.2.5
 * and 5.2.2.7): how long, and that at all, is the choice of whoever saved the query. A cookie that is set is one caller's.
 */
export function mayStore({ status, headers }: StoredAnswer['head'], share: Share): boolean {
  if (status < 200 || status > 299 || status === 206) return false;
  const says = (headerOf({ headers }, 'cache-control') ?? '').toLowerCase().split(/[\s,=]+/);
  if (says.includes('no-store') || (share === 'everyone' && says.includes('private'))) return false;
  return headerOf({ headers }, 'set-cookie') === undefined && headerOf({ headers }, 'vary')?.includes('*') !== true;
}
