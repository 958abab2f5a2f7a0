import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
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
  constructor(
    private readonly connection: NatsConnection,
    private readonly identity: ProcessIdentity,
    private readonly presence: Presence,
    private readonly channels: SealedChannels,
    private readonly replies: Replies,
  ) {}

  async request<C extends RequestContract>(contract: C, input: RequestOf<C>, call: Call): Promise<ReplyOf<C>> {
    const plain = Buffer.from(JSON.stringify({ call, input }));
    const message = contract.sealed
      ? await this.sealed(contract, plain)
      : await this.send(contract, subjectOf(contract.subject), plain);
    return this.read(contract, message);
  }

  /** Addresses one live instance; one that turns out to be gone is struck off, and the next is asked. */
  private async sealed(contract: RequestContract, plain: Uint8Array): Promise<Uint8Array> {
    for (let tries = 0; tries < 3; tries += 1) {
      const peer = await this.presence.until(() => anyOf(this.presence.live(contract.service)), contract.deadlineMs);
      if (peer === undefined) break;
      const subject = subjectOf(contract.subject, { instance: peer.instance });
      try {
        const { data, reply } = await this.exchange(contract, subject, this.channels.seal(peer.key, plain, subject));
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
  ): Promise<{ data: Uint8Array; reply: string }> {
    return new Promise((resolve, reject) => {
      const inbox = this.replies.expect((message: Msg) => {
        inbox.close();
        clearTimeout(timer);
        if (isNoResponders(message)) reject(new NobodyThere(subject));
        else resolve({ data: message.data, reply: inbox.subject });
      });
      const timer = setTimeout(() => {
        inbox.close();
        reject(unavailable({}, { note: `${subject} was not answered within ${contract.deadlineMs} ms` }));
      }, contract.deadlineMs);
      const head = headers();
      head.set(deadlineHeader, String(contract.deadlineMs));
      this.connection.publish(subject, data, { reply: inbox.subject, headers: head });
    });
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
