import { defineProblem } from './problem.js';

export const signInRefused = defineProblem({
  slug: 'sign-in-refused',
  kind: 'unauthenticated',
  title: 'This does not sign in',
});
export const memberEmailTaken = defineProblem({
  slug: 'member-email-taken',
  kind: 'conflict',
  title: 'A member with this e-mail address already exists',
});
export const lastAdmin = defineProblem({
  slug: 'last-admin',
  kind: 'conflict',
  title: 'The organisation would have no admin left',
});
