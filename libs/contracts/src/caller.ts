import { z } from 'zod';
import type { Principal } from './principal.js';

/**
 * For whom something is obtained that is one's own, a grant for instance. An external user is known by the identifier
 * that the organisation has for them, whichever session they come with; everybody else by the id.
 */
export const caller = z.strictObject({
  kind: z.enum(['member', 'token', 'service', 'external']),
  id: z.string().min(1).max(255),
  /** For people to read. It may change, and two callers may share it. */
  display: z.string(),
});
export type Caller = z.output<typeof caller>;

/** As whom a principal has what is its own. */
export const callerOf = (principal: Principal): Caller =>
  principal.type === 'external'
    ? {
        kind: 'external',
        id: principal.externalIdentifier,
        display: principal.userInfo.email ?? principal.externalIdentifier,
      }
    : { kind: principal.type, id: principal.id, display: principal.display };

/** A name that no other caller of the organisation has. It is stored; the kind in front keeps the kinds apart. */
export const callerName = ({ kind, id }: Pick<Caller, 'kind' | 'id'>): string => `${kind}:${id}`;
