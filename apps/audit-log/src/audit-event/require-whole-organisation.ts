import { groupsOf, type Principal } from '@pontage/contracts';
import { forbidden } from '@pontage/problems';

/** @throws forbidden for a token that is restricted to groups: the record tells of everybody's */
export function requireWholeOrganisation(principal: Principal): void {
  if (groupsOf(principal) === null) return;
  throw forbidden({}, { detail: 'The record is of the whole organisation, and this token is restricted to groups.' });
}
