import type { Bus } from '@pontage/bus';
import type { Call, ParsedRequestOf } from '@pontage/contracts';
import { forgetGrantsOf } from '@pontage/contracts/auth-broker';
import type { FastifyRequest } from 'fastify';

/**
 * Has the broker forget, and end at the providers, what somebody who is gone has agreed to. Nobody waits for providers, and
 * what cannot be forgotten stays in the list of grants.
 */
export function forgetGrants(
  bus: Bus,
  owner: ParsedRequestOf<typeof forgetGrantsOf>,
  call: Call,
  { log }: Pick<FastifyRequest, 'log'>,
): void {
  bus.request(forgetGrantsOf, owner, call).then(
    ({ left }) => {
      if (left > 0) log.warn({ owner, left }, 'grants of somebody who is gone could not be forgotten');
    },
    (error: unknown) => log.warn({ err: error, owner }, 'the grants of somebody who is gone were not forgotten'),
  );
}
