import { FairShares } from '@pontage/admission';
import { Numbered } from '@pontage/in-hand';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { decodeMessage, isInboxOf, openBatch, type Message } from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { runQuerySubject, type RunQuery } from '@pontage/contracts/query-proxy';
import { isProblem, overloaded } from '@pontage/problems';
import type { Logger } from '@pontage/telemetry';
import { recordDenial } from '../audit/record-denial.js';
import { Beats } from './beats.js';
import { callOf } from './call-of.js';
import { Execution } from './execution.js';
import type { Rooms } from './rooms.js';

/** So many queries may be on their way to their dispatch: they wait for leases, sandboxes and the audit gate. */
const maxInHand = 2_048;

/** Takes queries from gateways until it is stopped, and lets those in hand reach their dispatch. */
export class QueryIntake {
  private readonly running = new Numbered<Promise<void>>();
  private readonly inHand = new FairShares(maxInHand);
  private readonly beats = new Beats();
  private readonly subscription: Subscription;

  constructor(
    private readonly rooms: Rooms,
    private readonly logger: Logger,
  ) {
    const { connection, identity } = rooms.bus;
    this.subscription = connection.subscribe(subjectOf(runQuerySubject, { instance: identity.instance }), {
      callback: (error, message) => {
        if (error === null) this.take(message);
      },
    });
    rooms.bus.presence.announce({ capacity: maxInHand });
  }

  /** Takes no more queries than those that are on their way here; returns when all of them are dispatched. */
  async stop(): Promise<void> {
    this.rooms.bus.presence.announce({ draining: true });
    await this.subscription.drain();
    await Promise.allSettled([...this.running]);
  }

  private take(message: Msg): void {
    const running = this.open(message);
    const number = this.running.add(running);
    void running.then(() => this.running.take(number));
  }

  private async open(box: Msg): Promise<void> {
    // One that goes wrong is one.
    const failed = (error: unknown): void => this.logger.error({ err: error }, 'a query went wrong on our side');
    try {
      const { from, messages } = await openBatch(this.rooms.bus, box);
      await Promise.all(messages.map((message) => this.run(from, message).catch(failed)));
    } catch (error) {
      this.logger.warn({ err: error, subject: box.subject }, 'queries that cannot be opened');
    }
  }

  private async run(from: string, message: Uint8Array): Promise<void> {
    const asked = this.read(message);
    if (asked === undefined) return;
    const { head, body, reply: inbox } = asked;
    if (!from.startsWith('gateway/') || !isInboxOf(from, inbox)) {
      this.logger.warn({ from, inbox }, 'a query whose answers would go to somebody else');
      return;
    }
    const execution = new Execution(this.rooms, head, body, inbox);
    const claim = { org: head.org };
    if (!this.inHand.admits(claim))
      return execution.refuse(overloaded({}, { detail: 'The organisation asks too much at once. Nothing was sent.' }));
    this.inHand.take(claim);
    await this.execute(head, execution).finally(() => this.inHand.give(claim));
  }

  private read(message: Uint8Array): Message<RunQuery> | undefined {
    try {
      return decodeMessage<RunQuery>(message);
    } catch (error) {
      this.logger.warn({ err: error }, 'a query that cannot be read');
      return undefined;
    }
  }

  private async execute(run: RunQuery, execution: Execution): Promise<void> {
    this.beats.begin(execution);
    try {
      await execution.start();
    } catch (error) {
      if (!isProblem(error) || error.slug === 'internal')
        this.logger.error({ err: error, executionId: run.executionId }, 'a query failed on our side');
      execution.refuse(error);
      if (isProblem(error)) {
        const { call: asked, executionId, test } = run;
        const denied = {
          asked,
          call: callOf(run),
          executionId,
          ...(test === undefined ? {} : { isTest: true as const }),
        };
        await recordDenial(this.rooms, denied, error);
      }
    } finally {
      this.beats.end(execution);
    }
  }
}
