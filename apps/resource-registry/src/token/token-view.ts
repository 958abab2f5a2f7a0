import type { token } from '@pontage/contracts/resource-registry';
import type { z } from 'zod';
import type { SavedToken } from './token.js';

/** A token as its readers see it. */
export function viewOf({
  id,
  name,
  description,
  scopes,
  groupIds,
  expiresAt,
  createdAt,
  createdBy,
  memberId,
}: SavedToken): z.output<typeof token> {
  return {
    id,
    name,
    description,
    scopes: [...scopes],
    groupIds: groupIds === null ? null : [...groupIds],
    expiresAt,
    createdAt,
    createdBy,
    memberId,
  };
}
