import { randomInt } from 'node:crypto';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Call, ParsedRequestOf, ReplyOf, RequestContract, RequestOf, Service } from '@pontage/contracts';
import { eventSubject, type AuditDraft } from '@pontage/contracts/events';
import { busUser, inboxPrefix } from '@pontage/contracts/permissions';
import { auditUnavailable } from '@pontage/problems';
import { ProcessKeys, SealedChannels } from '@pontage/sealing';
import { outboundScan, type Logger } from '@pontage/telemetry';
import { BulkConnection } from './bulk/bulk-connection.js';
import { PipeServer } from './bulk/pipe-server.js';
import { connectNats, type BusAddress } from './connect-nats.js';
import { drainConnection } from './drain-connection.js';
import { ExposureEvents, mayFindSecrets } from './exposure-events.js';
import { Presence } from './presence.js';
import { Replies } from './replies.js';
import { Caller } from './request.js';
import { serveContract, type Handler, type Served } from './serve.js';

/** Who this process is on the bus. */
export interface ProcessIdentity {
  readonly service: Service;
  readonly region: string | undefined;
  /** New at every start. */
  readonly instance: string;
}

interface BusOptions {
  readonly service: Service;
  readonly region?: string;
  readonly url: string;
  readonly password: string;
  readonly logger: Logger;
  /** The software's version, for presence. */
  readonly version?: string;
}

const keyRotationMs = 3_600_000;
/** How long an event may wait for the stream's word before it counts as not written. */
const eventAckMs = 2_000;

/** This process's place on the bus: requests, replies, events and presence; the only way between services. */
export class Bus {
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly served: Served[] = [];
  private readonly caller: Caller;

  private constructor(
    readonly identity: ProcessIdentity,
    /** The raw connection, for the query path, which needs what request and reply do not give. */
    readonly connection: NatsConnection,
    readonly presence: Presence,
    readonly channels: SealedChannels,
    /** Expected answers on this connection. */
    readonly replies: Replies,
    readonly jetstream: JetStreamClient,
    private readonly logger: Logger,
    private readonly address: BusAddress,
    keys: ProcessKeys,
  ) {
    this.caller = new Caller(connection, identity, presence, channels, replies);
    if (mayFindSecrets(identity.service)) {
      const events = new ExposureEvents(identity.service, (draft) => this.write(draft));
      outboundScan.onExposure((exposure) => events.record(exposure));
    }
    this.timers.push(
      setInterval(() => {
        keys.rotate();
        presence.announceKey();
      }, keyRotationMs).unref(),
    );
  }

  /** Joins the bus as the user of this service (and region). Returns when connected. */
  static async connect(options: BusOptions): Promise<Bus> {
    const identity: ProcessIdentity = { service: options.service, region: options.region, instance: newInstance() };
    const user = busUser(identity.service, identity.region);
    const prefix = `${inboxPrefix(user)}.${identity.instance}`;
    const address: BusAddress = {
      url: options.url,
      user,
      password: options.password,
      name: `${user}/${identity.instance}`,
      inboxPrefix: prefix,
      logger: options.logger,
    };
    const connection = await connectNats(address);
    const keys = new ProcessKeys();
    const replies = new Replies(connection, `${prefix}.r`);
    const presence = new Presence(connection, { ...identity, version: options.version ?? '0' }, keys, replies);
    const channels = new SealedChannels(keys, (id) => presence.peerKey(id));
    return new Bus(
      identity,
      connection,
      presence,
      channels,
      replies,
      jetstream(connection),
      options.logger,
      address,
      keys,
    );
  }

  /**
   * Calls another service.
   * @throws Problem one that the contract declares; `unavailable` when nobody answers within the deadline.
   */
  request<C extends RequestContract>(contract: C, input: RequestOf<C>, call: Call): Promise<ReplyOf<C>> {
    return this.caller.request(contract, input, call);
  }

  /** Answers a contract's calls, until the bus is drained. */
  serve<C extends RequestContract>(contract: C, handler: Handler<ParsedRequestOf<C>, ReplyOf<C>>): void {
    const served = serveContract(
      {
        connection: this.connection,
        identity: this.identity,
        presence: this.presence,
        channels: this.channels,
        logger: this.logger,
      },
      contract,
      handler as Handler<unknown, unknown>,
    );
    this.served.push(served);
  }

  /**
   * Writes an event to the stream; the same id twice is one event. A secret in it is masked.
   * @throws Problem `audit-unavailable` when the stream has not acknowledged it within two seconds.
   */
  publishEvent(draft: AuditDraft): Promise<void> {
    return this.write(outboundScan.event(draft));
  }

  private async write(draft: AuditDraft): Promise<void> {
    try {
      await this.jetstream.publish(eventSubject(draft.action), JSON.stringify(draft), {
        msgID: draft.id,
        timeout: eventAckMs,
      });
    } catch (cause) {
      throw auditUnavailable({}, { cause });
    }
  }

  /** True when the bus carries what this process says: it hears its own presence. */
  get isAlive(): boolean {
    return this.presence.find(this.identity.service, this.identity.instance) !== undefined;
  }

  /**
   * Opens a second connection of the same user for bulk. Whoever opens it drains it.
   * @param directory where workers of this machine find a pipe to it; undefined: all bulk comes over the bus
   */
  async openBulk(directory?: string): Promise<BulkConnection> {
    const { address, identity, logger } = this;
    const connection = await connectNats({ ...address, name: `${address.name}/bulk` });
    const replies = new Replies(connection, `${address.inboxPrefix}.b`);
    const pipe =
      directory === undefined ? undefined : await PipeServer.open(directory, identity.instance, replies, logger);
    return new BulkConnection(connection, replies, pipe);
  }

  /** Stops taking calls, lets the ones in hand finish, and leaves. */
  async drain(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.presence.announce({ draining: true });
    await Promise.all(this.served.map((each) => each.drain()));
    this.presence.leave();
    await drainConnection(this.connection);
  }
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const newInstance = (): string => Array.from({ length: 22 }, () => alphabet[randomInt(alphabet.length)]).join('');
