import type { Bus } from '@pontage/bus';
import type { Dispatcher } from '@pontage/dispatch';
import type { Logger } from '@pontage/telemetry';
import type { AnswerCache } from '../cache/answer-cache.js';
import type { AuditGate } from '../audit/audit-gate.js';
import type { ChallengeMemory } from '../credential/challenge-memory.js';
import type { LeaseCache } from '../credential/lease-cache.js';
import type { SealedValueCache } from '../credential/sealed-value-cache.js';
import type { IdentityTokens } from '../identity/identity-tokens.js';
import type { Policy } from '../policy/policy.js';
import type { ResourceLimits } from '../policy/resource-limits.js';
import type { Pressure } from '../pressure/pressure.js';
import type { SecretVariableCache } from '../variable/secret-variable-cache.js';
import type { Rotations } from '../rotation/rotations.js';
import type { UnderWay } from './under-way.js';

/** The rooms that an execution visits. */
export interface Rooms {
  readonly bus: Bus;
  readonly policy: Policy;
  readonly limits: ResourceLimits;
  readonly pressure: Pressure;
  readonly cache: AnswerCache;
  readonly leases: LeaseCache;
  readonly rotations: Rotations;
  readonly sealedValues: SealedValueCache;
  readonly secretVariables: SecretVariableCache;
  readonly identities: IdentityTokens;
  readonly gate: AuditGate;
  readonly underWay: UnderWay;
  readonly dispatcher: Dispatcher;
  readonly memory: ChallengeMemory;
  readonly logger: Logger;
}
