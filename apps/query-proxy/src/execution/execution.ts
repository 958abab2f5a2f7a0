import { encodeFrame, type Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import type { Lease } from '@pontage/contracts/auth-broker';
import type { KeptAnswer } from '@pontage/contracts/egress-worker';
import type { RunQuery } from '@pontage/contracts/query-proxy';
import type { Dispatcher } from '@pontage/dispatch';
import { asProblem } from '@pontage/problems';
import type { AuditGate } from '../audit/audit-gate.js';
import { applyCredential } from '../credential/apply-credential.js';
import type { LeaseCache } from '../credential/lease-cache.js';
import type { SealedValueCache } from '../credential/sealed-value-cache.js';
import type { Policy } from '../policy/policy.js';
import { callSecrets } from './call-secrets.js';
import { dispatchOf } from './dispatch-of.js';
import { intentOf } from './intent-of.js';
import { prepare, type Prepared } from './prepare.js';

/** The rooms that an execution visits. */
export interface Rooms {
  readonly bus: Bus;
  readonly policy: Policy;
  readonly leases: LeaseCache;
  readonly sealedValues: SealedValueCache;
  readonly gate: AuditGate;
  readonly dispatcher: Dispatcher;
}

/** A gateway's attempt has ten numbers for ours, so that frames of two attempts never mix. */
const attemptsPerRun = 10;

/** The life of one query: authorise, resolve, render, lease, apply, audit the intent, dispatch, answer a refusal once. */
export class Execution {
  private attempt: number;

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
    const { bus, policy, leases, sealedValues } = this.rooms;
    const secrets = callSecrets(bus, sealedValues, this.run, callOf(this.run));
    const prepared = await prepare(policy, secrets, this.run, this.body);
    const key = prepared.leaseKey;
    const lease = key === undefined ? undefined : (leases.cached(key) ?? (await leases.get(key, callOf(this.run))));
    await this.dispatch(prepared, lease, true);
  }

  /** Tells the gateway that there will be no answer. */
  refuse(error: unknown): void {
    this.tell(encodeFrame('problem', this.attempt, { ...asProblem(error).toWire(), region: null, workerId: null }));
  }

  /** Tells the gateway that the query is being worked on. */
  beat(): void {
    this.tell(encodeFrame('accepted', this.attempt, { stage: 'leasing', region: null, workerId: null }));
  }

  private async dispatch(prepared: Prepared, lease: Lease | undefined, mayAnswer: boolean): Promise<void> {
    const { gate, dispatcher } = this.rooms;
    const applied = applyCredential(prepared.request, lease, prepared.scope, mayAnswer);
    await gate.pass(intentOf(this.run, this.attempt, prepared));
    dispatcher.send({
      region: prepared.region,
      body: applied.request.body,
      dispatch: dispatchOf(this.run, this.attempt, this.inbox, prepared, applied),
      judge: (kept) => this.judge(kept, prepared, lease),
      failed: (problem) => this.refuse(problem),
    });
  }

  /** A refused grant: with a newer one the request goes out once more; otherwise the answer is the caller's. */
  private async judge(kept: KeptAnswer, prepared: Prepared, lease: Lease | undefined): Promise<'release' | 'discard'> {
    const refused = lease?.grant?.version;
    if (refused === undefined || prepared.leaseKey === undefined || kept.attempt !== this.attempt) return 'release';
    try {
      const renewed = await this.rooms.leases.renewed(prepared.leaseKey, callOf(this.run), refused);
      if (renewed.grant === null || renewed.grant.version <= refused) return 'release';
      this.attempt += 1;
      await this.dispatch(prepared, renewed, false);
      return 'discard';
    } catch {
      // Without a newer grant the upstream's own 401 says more than a problem of ours would.
      return 'release';
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
