import { Admission } from '@pontage/admission';
import {
  decodeCancel,
  decodeFlow,
  decodeMessage,
  isInboxOf,
  openBatch,
  openFrame,
  type Bus,
  type Message,
} from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { cancelSubject, flowSubject, sendSubject, type Dispatch } from '@pontage/contracts/egress-worker';
import { problemFromWire } from '@pontage/problems';
import { liveSecrets, type Logger } from '@pontage/telemetry';
import type { Msg } from '@nats-io/transport-node';
import { Call } from '../call/call.js';
import type { Connections } from '../connection/connections.js';
import { observeAdmission, observeEnding } from '../metrics.js';
import type { Ending } from '../answer/answer-sink.js';
import { AnswerFrames, type Incoming } from './answer-frames.js';
import { Calls } from './calls.js';
import { LastMinute } from './last-minute.js';
import { Ledger } from './ledger.js';
import type { Pipes } from './pipes.js';
import { Recorded } from './recorded.js';

/** What a worker of a region is made of. */
export interface WorkerParts {
  readonly bus: Bus;
  readonly connections: Connections;
  readonly pipes: Pipes;
  readonly logger: Logger;
  /** Dispatches in hand at once. */
  readonly capacity: number;
  /** Dispatches that wait for their turn; one more is answered `busy`. */
  readonly queue: number;
  readonly outboundIps: readonly string[];
}

const drainMs = 10_000;

/** Takes dispatches for one region from the bus and answers them. */
export class Worker {
  private readonly calls = new Calls();
  private readonly admission: Admission<Call>;
  private readonly ledger: Ledger;
  private readonly lastMinute = new LastMinute();
  private readonly recorded: Recorded;
  private draining = false;

  constructor(private readonly parts: WorkerParts) {
    const { bus, capacity, outboundIps } = parts;
    this.admission = new Admission(parts);
    this.ledger = new Ledger(bus.connection);
    this.recorded = new Recorded(bus);
    liveSecrets.askAlso(() => this.calls.secrets());
    const { region = '', instance: worker } = bus.identity;
    this.listen(subjectOf(sendSubject, { region, worker }), (message) => void this.takeDispatches(message));
    this.listen(subjectOf(flowSubject, { region, worker }), (message) => this.takeFlow(message));
    this.listen(subjectOf(cancelSubject, { region }), ({ data }) => this.calls.find(decodeCancel(data))?.cancel());
    observeAdmission(() => this.admission);
    bus.presence.describeBy(() => {
      const { inflight, queued } = this.admission;
      return { inflight, queued, ...this.lastMinute.read() };
    });
    bus.presence.announce({ capacity, outboundIps: [...outboundIps] });
  }

  /** The bus is there, and dispatches are taken. */
  get isReady(): boolean {
    return !this.draining && this.parts.bus.isAlive;
  }

  /** From now on no more than this is in hand at once, nor more than the worker can do; what is in hand stays. */
  limitTo(share: number): void {
    const capacity = Math.min(this.parts.capacity, share);
    this.admission.capacity = capacity;
    if (!this.draining) this.parts.bus.presence.announce({ capacity });
  }

  /** Takes no more dispatches and returns when those in hand are answered, after ten seconds at most. */
  async drain(): Promise<void> {
    this.draining = true;
    this.parts.bus.presence.announce({ draining: true });
    for (const call of [...this.admission.waiting]) {
      this.leave(call);
      call.turnAway();
    }
    await this.calls.end(drainMs);
    this.ledger.flush();
    this.recorded.stop();
    this.parts.connections.close();
    await this.parts.pipes.close();
  }

  private listen(subject: string, take: (message: Msg) => void): void {
    this.parts.bus.connection.subscribe(subject, {
      callback: (error, message) => {
        try {
          if (error === null) take(message);
        } catch (cause) {
          this.parts.logger.warn({ err: cause, subject }, 'a message that cannot be read');
        }
      },
    });
  }

  private async takeDispatches(box: Msg): Promise<void> {
    const { bus, logger } = this.parts;
    try {
      const { from, messages } = await openBatch(bus, box);
      for (const message of messages) this.takeDispatch(from, message);
    } catch (error) {
      logger.warn({ err: error, subject: box.subject }, 'dispatches that cannot be opened');
    }
  }

  /** One that cannot be read, or goes wrong, is one. */
  private takeDispatch(from: string, bytes: Uint8Array): void {
    const { logger } = this.parts;
    try {
      const message = decodeMessage<Dispatch>(bytes);
      const incoming = incomingOf(from, message);
      const { reply } = message;
      if (incoming !== undefined) this.run(incoming, message.body);
      else logger.warn({ sender: from, reply }, 'a dispatch whose answers would go to somebody else');
    } catch (error) {
      logger.warn({ err: error }, 'a dispatch that cannot be read');
    }
  }

  private run(incoming: Incoming, body: Uint8Array): void {
    const { bus, connections, pipes } = this.parts;
    const ways = { bus, pipes, ledger: this.ledger };
    const frames = new AnswerFrames(ways, incoming, (ending, durationMs) => {
      this.leave(call);
      observeEnding(ending, durationMs);
      if (isTelling(ending)) this.lastMinute.note(durationMs, ending.problem !== null);
    });
    const call: Call = new Call(incoming.dispatch, body, frames, connections);
    if (this.draining || !this.admission.hasRoomFor(call)) return call.turnAway();
    const { intents } = incoming.dispatch;
    this.calls.add(call);
    this.admission.enter(call);
    if (intents !== undefined) this.recorded.tell(intents, call);
  }

  private leave(call: Call): void {
    this.calls.remove(call);
    this.admission.leave(call);
  }

  private takeFlow({ subject, data }: Msg): void {
    const flow = decodeFlow(openFrame(this.parts.bus.channels, subject, data));
    const call = this.calls.find(flow.executionId);
    if (call?.dispatch.attempt !== flow.attempt) return;
    switch (flow.type) {
      case 'grant':
        return call.grant(flow.bytes);
      case 'data':
        return call.take(flow.sequence, flow.last, flow.body);
      case 'cut':
        return call.cut();
      case 'release':
        return call.release();
      case 'discard':
        return call.discard();
      case 'hold':
        return call.hold(flow.ms);
      case 'refuse':
        return call.refuse(problemFromWire(flow.problem));
    }
  }
}

/** The dispatch, when everything that answers it stays below the inboxes of those it says: we publish with our rights, not theirs. */
function incomingOf(from: string, { head: dispatch, reply }: Message<Dispatch>): Incoming | undefined {
  const { process, inbox, bulkInbox } = dispatch.answerTo;
  if (!isInboxOf(process, inbox) || !isInboxOf(process, bulkInbox)) return undefined;
  return isInboxOf(from, reply) ? { dispatch, sender: from, reply } : undefined;
}

/** A caller that went away, and an attempt that another one follows, tell nothing of the region. */
const isTelling = ({ problem, superseded }: Ending): boolean => problem !== 'client-gone' && !superseded;
