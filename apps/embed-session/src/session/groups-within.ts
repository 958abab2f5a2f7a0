import { groupsOf, type Principal } from '@pontage/contracts';

/** The groups beyond which a caller sees no sessions; null when he sees all of his organisation's. */
export const groupsWithin = (principal: Principal): readonly number[] | null =>
  principal.type === 'external' ? null : groupsOf(principal);
