import { randomBytes } from 'node:crypto';
import { requireWholeOrganisation, type Principal } from '@pontage/contracts';
import type { Webhook } from '@pontage/contracts/auth-broker';
import { classifyAddress, destinationOf } from '@pontage/egress-policy';
import { invalidRequest } from '@pontage/problems';

const secretBytes = 32;

/** A secret as Standard Webhooks writes it: 32 random bytes in base64, and a prefix that says what it is. */
export const newSecret = (): string => `whsec_${randomBytes(secretBytes).toString('base64')}`;

/** @throws forbidden for whoever is restricted to groups: webhooks hear of every resource's grants */
export const requireAllWebhooks = (principal: Principal): void => requireWholeOrganisation(principal, 'Webhooks are');

/**
 * Refuses what would be sent in clear over a public network. Addresses that are not public may be spoken http with;
 * whether they may be reached at all is the worker's policy.
 * @throws Problem `invalid-request`, or `destination-denied` for a port or host that no URL can have
 */
export function refuseClearText(url: string): void {
  const { scheme, addresses } = destinationOf(url);
  const isPrivate = addresses?.every((address) => classifyAddress(address) !== 'public') === true;
  if (scheme === 'https:' || isPrivate) return;
  const detail = 'A https URL is needed; http is for addresses that are not public only.';
  throw invalidRequest({}, { errors: [{ pointer: '/url', detail }] });
}

/** What the record has of a webhook. Paths and queries of receivers often hold a token of theirs. */
export const recordOf = ({ id, url, events, region, enabled }: Webhook) => ({
  webhook: id,
  origin: new URL(url).origin,
  events,
  region,
  enabled,
});
