import { z } from 'zod';
import type { Scope } from '../../principal.js';

/** What a member is in his organisation. */
export const memberRole = z.enum(['admin', 'member']);
export type MemberRole = z.output<typeof memberRole>;

/**
 * The scopes of each role. What a `member` reaches with his is what his groups have; an `admin` is restricted to none.
 */
export const scopesOfRole: Readonly<Record<MemberRole, readonly Scope[]>> = {
  admin: ['admin'],
  member: [
    'resources:read',
    'resources:write',
    'queries:run',
    'apps:read',
    'apps:write',
    'groups:read',
    'tokens:read',
    'tokens:write',
    'organisation:read',
    'regions:read',
  ],
};
