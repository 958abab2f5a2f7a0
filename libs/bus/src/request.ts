import { headers, type NatsConnection } from '@nats-io/transport-node';
import { subjectOf, type Call, type ReplyOf, type RequestContract, type RequestOf } from '@pontage/contracts';
import { internal, problemFromWire, problemOnTheWire, unavailable } from '@pontage/problems';
import type { SealedChannels } from '@pontage/sealing';
import { z } from 'zod';
import type { ProcessIdentity } from './bus.js';
import type { Presence } from './presence.js';
import type { PresenceRecord } from './presence-record.js';
import { isNoResponders, type Replies } from './replies.js';

/** The header that carries how long the caller goes on waiting. */
export const deadlineHeader = 'Pontage-Deadline-Ms';

const answer = z.union([z.object({ problem: problemOnTheWire }), z.object({ reply: z.unknown() })]);

/** The calling half of contracts: encodes, seals where a contract says so, waits, and turns what comes back into a reply or a problem. */
export class Caller {
  /** What waits for an answer of one instance, by its id. */
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly connection: NatsConnection,
    private readonly identity: ProcessIdentity,
    private readonly presence: Presence,
    private readonly channels: SealedChannels,
    private readonly replies: Replies,
  ) {
    presence.onLoss(({ instance }) => this.waiting.get(instance)?.forEach((giveUp) => giveUp()));
  }

  async request<C extends RequestContract>(contract: C, input: RequestOf<C>, call: Call): Promise<ReplyOf<C>> {
    const plain = Buffer.from(JSON.stringify({ call, input }));
    const message = contract.sealed
      ? await this.sealed(contract, plain)
      : await this.send(contract, subjectOf(contract.subject), plain);
    return this.read(contract, message);
  }

  /**
   * Addresses one live instance; one that turns out to be gone is struck off, and the next is asked. Of one that dies with the
   * call in hand nobody knows what it has done: whoever called is told so at once.
   */
  private async sealed(contract: RequestContract, plain: Uint8Array): Promise<Uint8Array> {
    for (let tries = 0; tries < 3; tries += 1) {
      const peer = await this.presence.until(() => anyOf(this.presence.live(contract.service)), contract.deadlineMs);
      if (peer === undefined) break;
      const subject = subjectOf(contract.subject, { instance: peer.instance });
      try {
        const sealed = this.channels.seal(peer.key, plain, subject);
        const { data, reply } = await this.exchange(contract, subject, sealed, peer.instance);
        return Buffer.from(this.channels.open(data, reply).plain);
      } catch (error) {
        if (!(error instanceof NobodyThere)) throw error;
        this.presence.forget(peer.service, peer.instance);
      }
    }
    throw unavailable({}, { note: `no ${contract.service} is there for ${contract.subject}` });
  }

  private async send(contract: RequestContract, subject: string, plain: Uint8Array): Promise<Uint8Array> {
    try {
      return (await this.exchange(contract, subject, plain)).data;
    } catch (error) {
      if (error instanceof NobodyThere)
        throw unavailable({}, { cause: error, note: `no ${contract.service} serves ${subject}` });
      throw error;
    }
  }

  private exchange(
    contract: RequestContract,
    subject: string,
    data: Uint8Array,
    instance?: string,
  ): Promise<{ data: Uint8Array; reply: string }> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        inbox.close();
        clearTimeout(timer);
        if (instance !== undefined) this.expectNothing(instance, giveUp);
      };
      const inbox = this.replies.expect((message) => {
        done();
        if (isNoResponders(message)) reject(new NobodyThere(subject));
        else resolve({ data: message.data, reply: inbox.subject });
      });
      const fail = (note: string): void => {
        done();
        reject(unavailable({}, { note: `${subject} ${note}` }));
      };
      const giveUp = (): void => fail('will not be answered: the process is gone');
      const timer = setTimeout(() => fail(`was not answered within ${contract.deadlineMs} ms`), contract.deadlineMs);
      if (instance !== undefined) this.expectOf(instance, giveUp);
      const head = headers();
      head.set(deadlineHeader, String(contract.deadlineMs));
      this.connection.publish(subject, data, { reply: inbox.subject, headers: head });
    });
  }

  private expectOf(instance: string, giveUp: () => void): void {
    const waiting = this.waiting.get(instance) ?? new Set();
    waiting.add(giveUp);
    this.waiting.set(instance, waiting);
  }

  private expectNothing(instance: string, giveUp: () => void): void {
    const waiting = this.waiting.get(instance);
    waiting?.delete(giveUp);
    if (waiting?.size === 0) this.waiting.delete(instance);
  }

  private read<C extends RequestContract>(contract: C, data: Uint8Array): ReplyOf<C> {
    const parsed = answer.safeParse(JSON.parse(Buffer.from(data).toString()));
    if (!parsed.success)
      throw internal({}, { note: `${this.identity.service}: an answer of ${contract.subject} that is none` });
    if ('problem' in parsed.data) throw problemFromWire(parsed.data.problem);
    // The server has checked its reply against the contract; the bus carries it unchanged.
    return parsed.data.reply as ReplyOf<C>;
  }
}

class NobodyThere extends Error {
  override readonly name = 'NobodyThere';
}

const anyOf = (records: readonly PresenceRecord[]): PresenceRecord | undefined =>
  records[Math.floor(Math.random() * records.length)];
