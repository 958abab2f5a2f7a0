import { encodeFrame, type Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import type { Lease } from '@pontage/contracts/auth-broker';
import type { KeptAnswer } from '@pontage/contracts/egress-worker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import type { Dispatcher, Verdict } from '@pontage/dispatch';
import { asProblem, isProblem, regionUnavailable, upstreamTimedOut, workerLost, type Problem } from '@pontage/problems';
import { outboundScan, type Logger } from '@pontage/telemetry';
import type { AuditGate } from '../audit/audit-gate.js';
import type { ChallengeMemory } from '../credential/challenge-memory.js';
import type { LeaseCache, LeaseKey } from '../credential/lease-cache.js';
import { lendDraft } from '../credential/lend-draft.js';
import type { SealedValueCache } from '../credential/sealed-value-cache.js';
import type { Policy } from '../policy/policy.js';
import { limitedIn, type ResourceLimits } from '../policy/resource-limits.js';
import { openForLease } from '../variable/open-for-lease.js';
import type { SecretVariableCache } from '../variable/secret-variable-cache.js';
import { Probing } from '../probe/probing.js';
import { resolveCall } from '../call/resolve-call.js';
import type { Attempt } from './attempt.js';
import { Attempts } from './attempts.js';
import { callSecrets } from './call-secrets.js';
import { dispatchOf } from './dispatch-of.js';
import { intentOf } from './intent-of.js';
import { prepareResolved, regionOf, type CallSecrets, type Prepared } from './prepare.js';

/** The rooms that an execution visits. */
export interface Rooms {
  readonly bus: Bus;
  readonly policy: Policy;
  readonly limits: ResourceLimits;
  readonly leases: LeaseCache;
  readonly sealedValues: SealedValueCache;
  readonly secretVariables: SecretVariableCache;
  readonly gate: AuditGate;
  readonly dispatcher: Dispatcher;
  readonly memory: ChallengeMemory;
  readonly logger: Logger;
}

/** A gateway's attempt has ten numbers for ours, so that frames of two attempts never mix. */
const attemptsPerRun = 10;
/** A worker that has said nothing so long after the end is gone. */
const receiptGraceMs = 5_000;

/** The life of one query: authorise, resolve, render, lease, apply, audit the intent, dispatch, answer what comes back. */
export class Execution {
  private attempt: number;
  /** When the time for all attempts together is over, by this process's own monotonic clock. */
  private endsAt = 0;
  /** Gives the query's place back to its resource. */
  private over: () => void = () => undefined;
  /** Of a connection test whose resource is known. */
  private probing: Probing | undefined;

  constructor(
    private readonly rooms: Rooms,
    private readonly run: RunQuery,
    private readonly body: Uint8Array,
    /** The gateway's inbox for this execution. */
    private readonly inbox: string,
  ) {
    this.attempt = (run.attempt - 1) * attemptsPerRun + 1;
  }

  /** Brings the query up to its dispatch; the answer goes from the worker to the gateway. @throws Problem */
  async start(): Promise<void> {
    const { bus, policy, limits } = this.rooms;
    const secrets = callSecrets(bus, this.rooms, this.run, callOf(this.run));
    const resolved = await resolveCall(policy, this.run);
    if (this.run.test !== undefined)
      this.probing = new Probing(regionOf(policy, this.run, resolved), resolved.resource.tls.allowSelfSigned);
    const prepared = await prepareResolved(policy, secrets, this.run, resolved, this.body);
    const { resource, environment, timeoutMs } = resolved;
    const withinMs = Math.min(this.run.remainingMs ?? timeoutMs, timeoutMs);
    const limited = limitedIn(resource, environment);
    limits.admit(limited, this.run.executionId, withinMs + receiptGraceMs);
    this.over = () => limits.release(limited, this.run.executionId);
    await this.begin(prepared, secrets, withinMs);
  }

  private async begin(prepared: Prepared, secrets: CallSecrets, withinMs: number): Promise<void> {
    const key = prepared.leaseKey;
    const lease = key === undefined ? undefined : await this.lease(key);
    const opening = openForLease(prepared, lease);
    if (opening !== undefined) await opening;
    this.endsAt = performance.now() + withinMs;
    const attempts = new Attempts(prepared, this.rooms.memory, secrets.cookies);
    await this.send(prepared, attempts, attempts.first(lease));
  }

  /** The region turned out to take nothing: nothing has left yet, so one that the resource falls back on may have it. */
  private async elsewhere({ resolved, region }: Prepared, problem: Problem): Promise<void> {
    const isFirst = this.attempt % attemptsPerRun === 1;
    const { policy, bus } = this.rooms;
    if (!isFirst || !isProblem(problem, regionUnavailable) || regionOf(policy, this.run, resolved) === region)
      return this.refuse(problem);
    try {
      const secrets = callSecrets(bus, this.rooms, this.run, callOf(this.run));
      const prepared = await prepareResolved(policy, secrets, this.run, resolved, this.body);
      this.attempt += 1;
      await this.begin(prepared, secrets, this.endsAt - performance.now());
    } catch (error) {
      this.refuse(error);
    }
  }

  /** Tells the gateway that there will be no answer. */
  refuse(error: unknown): void {
    this.over();
    const problem = outboundScan.problem(asProblem(error), this.run.org).toWire();
    const probed = this.probing === undefined ? {} : { probed: this.probing.known };
    this.tell(encodeFrame('problem', this.attempt, { ...problem, region: null, workerId: null, ...probed }));
  }

  /** Tells the gateway that the query is being worked on. */
  beat(): void {
    this.tell(encodeFrame('accepted', this.attempt, { stage: 'leasing', region: null, workerId: null }));
  }

  private lease(key: LeaseKey): Lease | Promise<Lease> {
    const { bus, leases } = this.rooms;
    const lease =
      this.run.call.kind === 'unsaved'
        ? lendDraft(bus, key, callOf(this.run))
        : (leases.cached(key) ?? leases.get(key, callOf(this.run)));
    return this.probing === undefined ? lease : this.probing.leasing(lease);
  }

  private async send(prepared: Prepared, attempts: Attempts, attempt: Attempt): Promise<void> {
    const { gate, dispatcher } = this.rooms;
    const { request } = attempt.applied;
    const number = this.attempt;
    await gate.pass(intentOf(this.run, this.attempt, prepared, attempt.applied));
    const remainingMs = this.endsAt - performance.now();
    if (remainingMs <= 0) throw upstreamTimedOut({ stage: 'head' });
    const dispatch = dispatchOf(this.run, this.attempt, this.inbox, prepared, attempt, Math.ceil(remainingMs));
    dispatcher.send({
      region: prepared.region,
      body: request.body,
      isBegun: attempt.redirects + attempt.retries > 0,
      dispatch: this.probing?.dispatched(dispatch, attempt) ?? dispatch,
      judge: (kept) => this.judge(kept, prepared, attempts, attempt),
      failed: (problem) => void this.elsewhere(prepared, problem),
      lost: () => {
        if (number === this.attempt) this.refuse(workerLost({}));
      },
      ended: ({ status, observed: headers }) => {
        if (headers !== undefined) attempts.learn(attempt, { status: status ?? 0, headers });
        if (number === this.attempt) this.over();
      },
    });
  }

  /** What follows an answer that was kept: another attempt, the answer itself, or a problem. */
  private async judge(kept: KeptAnswer, prepared: Prepared, attempts: Attempts, attempt: Attempt): Promise<Verdict> {
    if (kept.attempt !== this.attempt) return 'release';
    try {
      const next =
        attempts.redirected(attempt, kept) ??
        attempts.answered(attempt, kept) ??
        (await this.renewed(kept, prepared, attempts, attempt));
      if (next === undefined) return 'release';
      this.attempt += 1;
      await this.send(prepared, attempts, next);
      return 'discard';
    } catch (error) {
      this.over();
      if (!isProblem(error) || error.slug === 'internal')
        this.rooms.logger.error({ err: error, executionId: this.run.executionId }, 'a query failed on our side');
      return outboundScan.problem(asProblem(error), this.run.org);
    }
  }

  /** A refused grant: with a newer one the request goes out once more. */
  private async renewed(
    { status }: KeptAnswer,
    { leaseKey }: Prepared,
    attempts: Attempts,
    attempt: Attempt,
  ): Promise<Attempt | undefined> {
    const { lease, ready, renewed } = attempt;
    const refused = lease?.grant?.version;
    if (refused === undefined || leaseKey === undefined || renewed) return undefined;
    // Another grant of the same draft would be refused as well.
    if (this.run.call.kind === 'unsaved') return undefined;
    if (ready?.method.retryOn.includes(status) !== true) return undefined;
    try {
      const newer = await this.rooms.leases.renewed(leaseKey, callOf(this.run), refused);
      return newer.grant === null || newer.grant.version <= refused ? undefined : attempts.renewed(attempt, newer);
    } catch {
      // Without a newer grant the upstream's own 401 says more than a problem of ours would.
      return undefined;
    }
  }

  private tell(frame: Uint8Array): void {
    this.rooms.bus.connection.publish(this.inbox, frame);
  }
}

/** The call around a run, for the broker. */
export function callOf({ org, principal, requestId, ip, userAgent }: RunQuery): Call {
  return {
    org,
    principal,
    requestId,
    ...(ip === undefined ? {} : { ip }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}
