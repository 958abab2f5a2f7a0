import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from '@pontage/bus';
import type { Call, Principal, ReplyOf, RequestContract, RequestOf, Scope } from '@pontage/contracts';
import {
  claimConfigValue,
  claimCredential,
  claimSecrets,
  findSuccessors,
  forgetCredentials,
} from '@pontage/contracts/auth-broker';
import { eventStream, type AuditDraft } from '@pontage/contracts/events';
import { createOrganisation } from '@pontage/contracts/resource-registry';
import type { Bucket } from '@pontage/contracts/snapshots';
import { migrate } from '@pontage/persistence';
import { createLogger } from '@pontage/telemetry';
import { SnapshotWatch } from '@pontage/snapshots';
import { startStack, type Stack } from '@pontage/testkit';
import { migrations } from './migrations/migrations.js';
import { startRegistry } from './registry.js';
import { schema } from './settings.js';

const logger = createLogger('registry-spec', process.env.PONTAGE_LOG_LEVEL ?? 'silent');

/** A SHA-256 that no token has yet. */
export const newHash = (): string => randomBytes(32).toString('hex');

/** What a broker is asked, and what it says: here without secrets to keep. */
interface Broker {
  readonly claims: RequestOf<typeof claimCredential>[];
  readonly forgotten: string[];
  /** Throws what the broker refuses with. */
  forget: (resourceIds: readonly string[]) => void;
  claim: (
    claim: RequestOf<typeof claimCredential>,
  ) => ReplyOf<typeof claimCredential> | Promise<ReplyOf<typeof claimCredential>>;
  /** Which credentials have taken the place of retired ones. */
  successors: ReplyOf<typeof findSuccessors>['successors'];
  readonly valueClaims: RequestOf<typeof claimConfigValue>[];
  claimValue: (claim: RequestOf<typeof claimConfigValue>) => ReplyOf<typeof claimConfigValue>;
  claimSecrets: (claim: RequestOf<typeof claimSecrets>) => ReplyOf<typeof claimSecrets>;
}

/** A registry on a real PostgreSQL and NATS, and those that call it: a gateway, a query-proxy, a broker. */
export class RegistryRoom {
  readonly adminHash = newHash();
  readonly broker: Broker = {
    claims: [],
    forgotten: [],
    forget: () => undefined,
    successors: {},
    valueClaims: [],
    claimValue: () => ({ valueId: randomUUID(), fingerprint: randomBytes(8).toString('hex') }),
    claimSecrets: () => ({ secretsId: randomUUID(), fingerprints: { s0: 'f0' } }),
    claim: () => ({
      credentialId: randomUUID(),
      authentication: { method: 'bearer', token: { set: true, fingerprint: 'f1' } },
    }),
  };
  private stops: (() => Promise<void> | void)[] = [];

  private constructor(
    readonly stack: Stack,
    readonly gateway: Bus,
    private readonly proxy: Bus,
  ) {}

  /** @param processes how many registries are started at once, on a database that none has seen */
  static async open(processes = 1): Promise<RegistryRoom> {
    const stack = await startStack();
    await migrate({
      ownerUrl: stack.postgres.ownerUrl,
      schema,
      appRole: schema,
      migrations,
    });
    const { name, subjects } = eventStream;
    await (await jetstreamManager(await stack.operator())).streams.add({ name, subjects: [...subjects] });
    const room = new RegistryRoom(stack, await stack.busOf('gateway'), await stack.busOf('query-proxy'));
    const broker = await stack.busOf('auth-broker');
    broker.serve(claimCredential, async (claim) => {
      room.broker.claims.push(claim);
      return room.broker.claim(claim);
    });
    broker.serve(claimConfigValue, async (claim) => {
      room.broker.valueClaims.push(claim);
      return room.broker.claimValue(claim);
    });
    broker.serve(claimSecrets, async (claim) => room.broker.claimSecrets(claim));
    broker.serve(findSuccessors, async ({ credentialIds }) => ({
      successors: Object.fromEntries(
        Object.entries(room.broker.successors).filter(([id]) => credentialIds.includes(id)),
      ),
    }));
    broker.serve(forgetCredentials, async ({ resourceIds }) => {
      room.broker.forget(resourceIds);
      room.broker.forgotten.push(...resourceIds);
      return {};
    });
    await Promise.all(Array.from({ length: processes }, () => room.start()));
    return room;
  }

  /** Starts a registry process, as it were; `adminHash` undefined: without an admin token. */
  async start(adminHash: string | undefined = this.adminHash): Promise<void> {
    const bus = await this.stack.busOf('resource-registry');
    await startRegistry({
      bus,
      databaseUrl: this.stack.databaseUrl(schema),
      regions: ['eu-central-1', 'us-west-2'],
      adminTokenHash: adminHash,
      logger,
      onStop: (stop) => void this.stops.push(stop),
    });
    await bus.connection.flush();
  }

  /** Ends every registry that was started. */
  async stopRegistry(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop();
  }

  ask<C extends RequestContract>(contract: C, input: RequestOf<C>, call: Call): Promise<ReplyOf<C>> {
    return this.gateway.request(contract, input, call);
  }

  /** Adds an organisation and returns a call of its admin. */
  async newOrganisation(name: string): Promise<Call> {
    const { organisation, adminTokenId } = await this.ask(
      createOrganisation,
      { name, adminTokenHash: newHash() },
      this.operator(),
    );
    return callOf(organisation.id, { id: adminTokenId });
  }

  /** A call of the installation's operator. */
  operator(): Call {
    return callOf(randomUUID(), { scopes: ['admin', 'operator'] });
  }

  /** The bucket as its readers see it. */
  async watch<B extends Bucket>(bucket: B): Promise<SnapshotWatch<B>> {
    const watch = await SnapshotWatch.open(bucket.watchers.includes('gateway') ? this.gateway : this.proxy, bucket);
    this.watches.push(watch);
    return watch;
  }
  private readonly watches: { stop(): void }[] = [];

  /** Every event of an organisation that the stream holds, in its order. */
  async events(org: string): Promise<AuditDraft[]> {
    const operator = await this.stack.operator();
    const { state } = await (await jetstreamManager(operator)).streams.info(eventStream.name);
    const events: AuditDraft[] = [];
    if (state.messages === 0) return events;
    const consumer = await jetstream(operator).consumers.get(eventStream.name);
    for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 5_000 }))
      events.push(message.json());
    return events.filter((event) => event.org === org);
  }

  async close(): Promise<void> {
    for (const watch of this.watches) watch.stop();
    await this.stopRegistry();
    await this.stack.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A call with an API token. */
export function callOf(org: string, token: { id?: string; scopes?: Scope[]; groupIds?: number[] | null } = {}): Call {
  const principal: Principal = {
    type: 'token',
    id: randomUUID(),
    display: 'spec',
    scopes: ['admin'],
    groupIds: null,
    ...token,
  };
  return { org, principal, requestId: randomUUID(), ip: '192.0.2.1', userAgent: 'spec' };
}

/** What a problem looks like to whoever expects it. */
export const problem = (slug: string, pointer?: string): object => ({
  slug,
  ...(pointer === undefined
    ? {}
    : { errors: expect.arrayContaining([expect.objectContaining({ pointer })]) as unknown }),
});
