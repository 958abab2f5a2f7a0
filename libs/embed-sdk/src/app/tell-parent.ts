import type { AppMessage } from '../messages.js';
import { pageFacts } from './page-facts.js';

/** Says something to the page that embeds this one: to the origins that may embed it, and to no other. */
export function tellParent(message: AppMessage): void {
  if (parent === self) return;
  const { parents } = pageFacts();
  // Where the browser tells who the parent is, the others need not be tried.
  const known = location.ancestorOrigins?.[0];
  for (const origin of known === undefined ? parents : parents.filter((each) => each === known))
    parent.postMessage(message, origin);
}
