import { setTimeout as sleep } from 'node:timers/promises';
import { isProblem, unavailable } from '@pontage/problems';
import type { Logger } from '@pontage/telemetry';
import type { Checkpointer } from '../checkpoint/checkpointer.js';
import type { Item, Ledger } from '../record/ledger.js';
import type { Parked } from '../record/parked-table.js';
import { readMessage, type Entry } from './read-message.js';
import { parkedItems, recordedItems } from './stream-metrics.js';

/** What the recorder needs to know of a message. */
export interface StreamMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly seq: number;
  /** How often it has been delivered, this time included. */
  readonly deliveries: number;
}

/** An item of an organisation, and what is parked when it cannot be recorded. */
interface Placed {
  readonly org: string;
  readonly item: Item;
  readonly parked: (reason: string) => Parked;
}

/** How often an item that fails by itself is tried before it is parked. */
const maxTries = 3;
/** A message that was delivered so often has taken processes down with it: it is parked without another look. */
const maxDeliveries = 100;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
/** Organisations whose chains grow at the same time; the other connections are for readers. */
const lanes = 4;

/** Brings messages into the record: all of them, whatever it takes, each organisation's in one transaction. */
export class Recorder {
  constructor(
    private readonly ledger: Ledger,
    private readonly checkpointer: Checkpointer,
    private readonly logger: Logger,
  ) {}

  /**
   * Resolves when everything that the messages say is committed, or parked. An outage is waited out.
   * @throws Error when `signal` ends the wait; what was committed by then is not appended twice later.
   */
  async record(messages: readonly StreamMessage[], signal: AbortSignal): Promise<void> {
    const waiting = [...byOrganisation(messages.flatMap(placedItems))];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        await this.take(next[0], next[1], signal);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  /** One bad item does not keep the others out: what fails together is tried in halves, down to the one. */
  private async take(org: string, placed: readonly Placed[], signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.commit(org, placed);
      } catch (error) {
        if (isProblem(error, unavailable))
          this.logger.warn({ err: error }, 'the record cannot be written now; trying again');
        else if (placed.length > 1) {
          const middle = Math.ceil(placed.length / 2);
          await this.take(org, placed.slice(0, middle), signal);
          return this.take(org, placed.slice(middle), signal);
        } else if (tries >= maxTries) return this.park(org, placed, error, signal);
      }
      await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tries - 1, 10)), undefined, { signal });
    }
  }

  private async park(org: string, placed: readonly Placed[], error: unknown, signal: AbortSignal): Promise<void> {
    this.logger.error({ err: error, org }, 'an item of the event stream cannot be recorded; it is parked');
    const reason = `It cannot be recorded: ${error instanceof Error ? error.message : 'no reason given'}`.slice(0, 500);
    const parked = placed.map((each): Placed => ({ ...each, item: { kind: 'parked', parked: each.parked(reason) } }));
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.commit(org, parked);
      } catch (again) {
        this.logger.error({ err: again, org }, 'parking failed; trying again');
        await sleep(longestPauseMs, undefined, { signal });
      }
    }
  }

  private async commit(org: string, placed: readonly Placed[]): Promise<void> {
    const appended = await this.ledger.take(
      org,
      placed.map(({ item }) => item),
    );
    if (appended !== undefined) this.checkpointer.note(org, appended);
    recordedItems.inc(placed.length);
    parkedItems.inc(placed.filter(({ item }) => item.kind === 'parked').length);
  }
}

function placedItems(message: StreamMessage): Placed[] {
  const { subject, data, seq, deliveries } = message;
  const entries = readMessage(subject, data);
  return entries.map((entry, item) => {
    const { org } = entry;
    const parked = (reason: string): Parked => {
      return { org, subject, streamSeq: seq, item, payload: payloadOf(entry, data), reason };
    };
    const parkedFor = (reason: string): Placed => ({ org, parked, item: { kind: 'parked', parked: parked(reason) } });
    if (deliveries > maxDeliveries) return parkedFor(`It was delivered ${deliveries} times and never recorded.`);
    return entry.kind === 'unreadable' ? parkedFor(entry.reason) : { org, parked, item: entry };
  });
}

function byOrganisation(placed: readonly Placed[]): Map<string, Placed[]> {
  const groups = new Map<string, Placed[]>();
  for (const each of placed) {
    const group = groups.get(each.org);
    if (group === undefined) groups.set(each.org, [each]);
    else group.push(each);
  }
  return groups;
}

function payloadOf(entry: Entry, data: Uint8Array): Uint8Array {
  if (entry.kind === 'unreadable') return entry.payload;
  return entry.kind === 'event' ? data : Buffer.from(JSON.stringify(entry.part));
}
