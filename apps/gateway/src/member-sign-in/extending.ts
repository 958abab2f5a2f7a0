import type { Bus } from '@pontage/bus';
import { extendMemberSession } from '@pontage/contracts/resource-registry';
import type { Logger } from '@pontage/telemetry';
import type { ExtendSession } from '../authentication/member-sessions.js';

/** Tells the registry that a session is in use. A session that cannot be extended goes on until its idle end. */
export const extending =
  (bus: Bus, logger: Logger): ExtendSession =>
  (tokenHash, call) => {
    bus
      .request(extendMemberSession, { tokenHash }, call)
      .catch((error: unknown) => logger.warn({ err: error, org: call.org }, 'a session in use was not extended'));
  };
