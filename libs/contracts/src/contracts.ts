import * as auditLog from './audit-log/index.js';
import * as authBroker from './auth-broker/index.js';
import type { RequestContract } from './contract.js';
import * as embedSession from './embed-session/index.js';
import * as queryProxy from './query-proxy/index.js';
import * as resourceRegistry from './resource-registry/index.js';

const isContract = (value: unknown): value is RequestContract =>
  typeof value === 'object' && value !== null && 'callers' in value && 'subject' in value;

/** Every request contract there is, found by looking, so that none can be forgotten. */
export const contracts: readonly RequestContract[] = [
  auditLog,
  authBroker,
  embedSession,
  queryProxy,
  resourceRegistry,
].flatMap((room) => Object.values<unknown>(room).filter(isContract));
