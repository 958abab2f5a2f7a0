import { encodeFrame } from '@pontage/bus';
import type { Lease } from '@pontage/contracts/auth-broker';
import type { KeptAnswer, Receipt } from '@pontage/contracts/egress-worker';
import { attemptsPerRun, type RunQuery } from '@pontage/contracts/query-proxy';
import type { Verdict } from '@pontage/dispatch';
import { asProblem, isProblem, regionUnavailable, upstreamTimedOut, workerLost, type Problem } from '@pontage/problems';
import { outboundScan } from '@pontage/telemetry';
import type { AnswerRelay } from '../cache/answer-relay.js';
import { CachedQuery } from '../cache/cached-query.js';
import { resolveCall } from '../call/resolve-call.js';
import { authoriseUnderWay } from '../policy/authorise.js';
import { limitedIn } from '../policy/resource-limits.js';
import { pressingOf } from '../pressure/pressing-of.js';
import type { QueryPressure } from '../pressure/pressure.js';
import { Probing } from '../probe/probing.js';
import { verdictOf } from '../rotation/verdict-of.js';
import { openForLease } from '../variable/open-for-lease.js';
import { followsAnother, type Attempt } from './attempt.js';
import { Attempts } from './attempts.js';
import { callOf } from './call-of.js';
import { callSecrets } from './call-secrets.js';
import { dispatchOf } from './dispatch-of.js';
import { intentOf } from './intent-of.js';
import { Lending } from './lending.js';
import { prepareResolved, regionOf, type CallSecrets, type Prepared } from './prepare.js';
import type { Rooms } from './rooms.js';
import { Succession } from './succession.js';
import type { QueryUnderWay } from './under-way.js';

/** A worker that has said nothing so long after the end is gone. */
const receiptGraceMs = 5_000;

/** What is sent, once it is known. */
interface Sent {
  readonly prepared: Prepared;
  readonly attempts: Attempts;
  readonly succession: Succession;
  readonly pressure: QueryPressure | undefined;
}

/** The life of one query: authorise, resolve, render, lease, apply, audit the intent, dispatch, answer what comes back. */
export class Execution implements QueryUnderWay {
  readonly name: string;
  private attempt: number;
  /** The newest attempt that has left. */
  private dispatched = 0;
  /** When the time for all attempts together is over, by this process's own monotonic clock. */
  private endsAt = 0;
  /** Gives the query's place back to its resource. */
  private over: () => void = () => undefined;
  /** What a worker may have. */
  private sent: Sent | undefined;
  /** Of a connection test whose resource is known. */
  private probing: Probing | undefined;
  /** Of a query whose answer is kept: it comes through here. */
  private relay: AnswerRelay | undefined;

  constructor(
    private readonly rooms: Rooms,
    private readonly run: RunQuery,
    private readonly body: Uint8Array,
    /** The gateway's inbox for this execution. */
    private readonly inbox: string,
  ) {
    this.name = `${run.executionId}/${run.attempt}`;
    this.attempt = (run.attempt - 1) * attemptsPerRun + 1;
  }

  /** Brings the query up to its dispatch; the answer goes from the worker to the gateway. @throws Problem */
  async start(): Promise<void> {
    const { rooms, run } = this;
    const secrets = callSecrets(rooms.bus, rooms, run, callOf(run));
    const resolved = await resolveCall(rooms.policy, run);
    if (run.test !== undefined)
      this.probing = new Probing(regionOf(rooms.policy, run, resolved), resolved.resource.tls.allowSelfSigned);
    const prepared = await prepareResolved(rooms.policy, secrets, run, resolved, this.body);
    await this.begin(prepared, secrets, resolved.timeoutMs - (run.spentMs ?? 0));
  }

  private async begin(resolved: Prepared, secrets: CallSecrets, withinMs: number): Promise<void> {
    const { rooms, run } = this;
    if (withinMs <= 0) throw upstreamTimedOut({ stage: 'head' });
    const { resource, environment, saved } = resolved.resolved;
    const lending = new Lending(rooms, run);
    const asked = resolved.leaseKey === undefined ? undefined : lending.first(resolved.leaseKey);
    const lent = await (asked === undefined ? undefined : (this.probing?.leasing(asked) ?? asked));
    const lease = lent?.lease;
    // While a credential is rotated it may be another one than the resource names.
    const prepared = lent === undefined ? resolved : { ...resolved, leaseKey: lent.key };
    const opening = openForLease(prepared, lease);
    if (opening !== undefined) await opening;
    this.endsAt = performance.now() + withinMs;
    const cached =
      (saved?.cache ?? null) === null ? undefined : this.cached(prepared, lease, withinMs, secrets.cookies);
    if (cached !== undefined && (await cached.answer())) return;
    const limited = limitedIn(resource, environment);
    rooms.limits.admit(limited, run.executionId, withinMs + receiptGraceMs);
    this.over = () => rooms.limits.release(limited, run.executionId);
    // A test shows how things are, and says nothing of how others fare.
    const pressure =
      run.test === undefined ? rooms.pressure.on(pressingOf(run.org, prepared, lease, withinMs)) : undefined;
    pressure?.admit();
    const attempts = new Attempts(prepared, rooms.memory, secrets.cookies);
    const succession = new Succession(attempts, lending, pressure);
    this.relay = cached?.relay();
    this.send({ prepared, attempts, succession, pressure }, attempts.first(lease, lent?.standing));
  }

  /** The region turned out to take nothing: nothing has left yet, so one that the resource falls back on may have it. */
  private async elsewhere({ resolved, region }: Prepared, problem: Problem): Promise<void> {
    const isFirst = this.attempt % attemptsPerRun === 1;
    const { policy, bus } = this.rooms;
    if (!isFirst || !isProblem(problem, regionUnavailable) || regionOf(policy, this.run, resolved) === region)
      return this.refuse(problem);
    this.end();
    try {
      const secrets = callSecrets(bus, this.rooms, this.run, callOf(this.run));
      const prepared = await prepareResolved(policy, secrets, this.run, resolved, this.body);
      this.attempt += 1;
      await this.begin(prepared, secrets, this.endsAt - performance.now());
    } catch (error) {
      this.refuse(error);
    }
  }

  get org(): string {
    return this.run.org;
  }

  authoriseAgain(): void {
    if (this.sent === undefined) return;
    try {
      authoriseUnderWay(this.rooms.policy, this.run, this.sent.prepared.resolved);
    } catch (error) {
      this.sent.succession.end();
      this.refuse(error);
    }
  }

  /** Tells the gateway that there will be no answer. */
  refuse(error: unknown): void {
    const underWay = this.dispatched === 0 ? {} : { underWay: true };
    this.end();
    const problem = outboundScan.problem(asProblem(error), this.run.org).toWire();
    const probed = this.probing === undefined ? {} : { probed: this.probing.known };
    const said = { ...problem, region: null, workerId: null, ...underWay, ...probed };
    this.tell(encodeFrame('problem', this.attempt, said));
  }

  /** Tells the gateway that the query is being worked on. */
  beat(): void {
    this.tell(encodeFrame('accepted', this.attempt, { stage: 'leasing', region: null, workerId: null }));
  }

  private send(sent: Sent, attempt: Attempt): void {
    const { policy, gate, dispatcher, underWay } = this.rooms;
    const { prepared, attempts, succession, pressure } = sent;
    const { executionId, gateway: process, bulkInbox } = this.run;
    const number = this.attempt;
    this.sent = sent;
    underWay.begin(this);
    // Groups may have changed while it was prepared.
    authoriseUnderWay(policy, this.run, prepared.resolved);
    if (this.endsAt <= performance.now()) throw upstreamTimedOut({ stage: 'head' });
    const { sealed } = prepared.resolved.resource.regionPolicy;
    const answerTo = this.relay?.answerTo ?? { process, inbox: this.inbox, bulkInbox, sealed };
    dispatcher.send({
      region: prepared.region,
      executionId,
      attempt: number,
      dispatchTo: ({ instance: worker }) => {
        this.dispatched = number;
        const intents = gate.record(intentOf(this.run, number, prepared, attempt.applied), prepared.region, worker);
        const remainingMs = Math.max(1, Math.ceil(this.endsAt - performance.now()));
        const dispatch = dispatchOf(this.run, number, answerTo, prepared, attempt, remainingMs, intents);
        return this.probing?.dispatched(dispatch, attempt) ?? dispatch;
      },
      body: attempt.applied.request.body,
      isBegun: followsAnother(attempt),
      judge: (kept, hold) => this.judge(kept, sent, attempt, hold),
      failed: (problem) => void this.elsewhere(prepared, problem),
      lost: () => {
        if (number !== this.attempt) return;
        succession.end();
        this.refuse(workerLost({}));
      },
      ended: (receipt) => {
        const { status, observed: headers } = receipt;
        pressure?.note(receipt);
        const verdict = verdictOf(attempt, status);
        if (verdict !== undefined && attempt.standing !== undefined)
          this.rooms.rotations.note(this.run.org, attempt.standing.rotation, verdict);
        if (headers !== undefined) attempts.learn(attempt, { status: status ?? 0, headers });
        if (number !== this.dispatched) return;
        succession.end();
        this.end(receipt);
      },
    });
  }

  /** What becomes of an answer that was kept: another attempt follows, it goes on, or a problem does. */
  private async judge(kept: KeptAnswer, sent: Sent, attempt: Attempt, hold: (ms: number) => void): Promise<Verdict> {
    if (kept.attempt !== this.attempt) return 'release';
    try {
      const next = await sent.succession.after(attempt, kept, this.endsAt - performance.now(), hold);
      if (next === undefined) return 'release';
      this.attempt += 1;
      this.send(sent, next);
      return 'discard';
    } catch (error) {
      this.end();
      if (!isProblem(error) || error.slug === 'internal')
        this.rooms.logger.error({ err: error, executionId: this.run.executionId }, 'a query failed on our side');
      return outboundScan.problem(asProblem(error), this.run.org);
    }
  }

  private cached(
    prepared: Prepared,
    lease: Lease | undefined,
    withinMs: number,
    cookies: () => string | undefined,
  ): CachedQuery {
    const { rooms, run, inbox, attempt } = this;
    return new CachedQuery(rooms, { run, prepared, lease, cookies, inbox, attempt, withinMs });
  }

  private end(receipt?: Receipt): void {
    this.sent = undefined;
    this.rooms.underWay.end(this);
    this.over();
    this.relay?.end(receipt);
  }

  private tell(frame: Uint8Array): void {
    this.rooms.bus.connection.publish(this.inbox, frame);
  }
}
