import { randomBytes, randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { jetstreamManager } from '@nats-io/jetstream';
import { type Bus, ContractServer } from '@pontage/bus';
import { callerOf, type Call, type Scope } from '@pontage/contracts';
import { claimCredential, draftCredential, leaseCredential, verifySignIn } from '@pontage/contracts/auth-broker';
import { eventStream, type AuditDraft } from '@pontage/contracts/events';
import { config as configBucket, regions } from '@pontage/contracts/snapshots';
import type { EgressFetch } from '@pontage/dispatch';
import { MasterKeys } from '@pontage/envelope';
import { migrate, openDatabase, UnitOfWork } from '@pontage/persistence';
import { SnapshotWatch, SnapshotWriter } from '@pontage/snapshots';
import { createLogger } from '@pontage/telemetry';
import { startStack, type Stack } from '@pontage/testkit';
import pg from 'pg';
import { AppModule, entities } from './app.module.js';
import { TokenEgress } from './grant/token-egress.js';
import { ConfigVariables } from './lease/config-variables.js';
import { IdentityProvider } from './member-sign-in/identity-provider.js';
import { migrations } from './migrations/migrations.js';
import { KeyRing } from './key/key-ring.js';
import { KeyRotations } from './key/key-rotations.js';
import { SecretBox } from './secrets/secret-box.js';
import { schema } from './settings.js';

/** Straight to the fixture's servers: how it leaves in production is the dispatch's and the worker's business. */
class DirectEgress extends TokenEgress {
  fetchFrom(): EgressFetch {
    return (url, init) =>
      fetch(url, { ...(init as RequestInit), redirect: 'manual', signal: AbortSignal.timeout(30_000) });
  }
}

/** One broker as it runs in production, but for the way to token endpoints. */
export interface Broker extends AsyncDisposable {
  readonly unitOfWork: UnitOfWork;
  readonly box: SecretBox;
  readonly bus: Bus;
}

/** Real PostgreSQL and NATS, the callers' places on the bus, and everything that was said there. */
export class BrokerStack implements AsyncDisposable {
  readonly events: AuditDraft[] = [];
  /** Every message on the bus, subject and payload, since the start. */
  readonly wire: Buffer[] = [];
  private readonly brokers = new Set<Broker>();

  private constructor(
    readonly stack: Stack,
    readonly gateway: Bus,
    readonly registry: Bus,
    readonly proxy: Bus,
    readonly config: SnapshotWriter<typeof configBucket>,
  ) {}

  static async start(): Promise<BrokerStack> {
    const stack = await startStack();
    await migrate({
      ownerUrl: stack.postgres.ownerUrl,
      schema,
      appRole: schema,
      migrations,
    });
    const operator = await stack.operator();
    await (
      await jetstreamManager(operator)
    ).streams.add({ name: eventStream.name, subjects: [...eventStream.subjects] });
    const registry = await stack.busOf('resource-registry');
    const started = new BrokerStack(
      stack,
      await stack.busOf('gateway'),
      registry,
      await stack.busOf('query-proxy'),
      await SnapshotWriter.open(registry, configBucket),
    );
    await SnapshotWriter.open(registry, regions);
    operator.subscribe('>', {
      callback: (_, message) => {
        started.wire.push(Buffer.concat([Buffer.from(message.subject), message.data]));
        if (message.subject.startsWith('v1.events.'))
          started.events.push(JSON.parse(Buffer.from(message.data).toString()) as AuditDraft);
      },
    });
    await operator.flush();
    return started;
  }

  /** Starts a broker; brokers of one stack share a master key unless told otherwise. */
  async broker(keys: MasterKeys = sharedKeys): Promise<Broker> {
    const bus = await this.stack.busOf('auth-broker');
    const dataSource = await openDatabase({
      url: this.stack.databaseUrl(schema),
      schema,
      entities,
      applicationName: 'spec',
    });
    const unitOfWork = new UnitOfWork(dataSource, bus, { put: () => Promise.reject(new Error('no bucket')) });
    const box = new SecretBox(new KeyRing(keys));
    const watch = await SnapshotWatch.open(bus, configBucket);
    const rotations = new KeyRotations(unitOfWork, box, createLogger('spec', 'silent'));
    const egress = new DirectEgress();
    const provider = new IdentityProvider(undefined, egress, () => []);
    const rooms = { unitOfWork, box, rotations, config: new ConfigVariables(watch), egress, provider };
    const app = await NestFactory.createMicroservice(AppModule.with(rooms), {
      strategy: new ContractServer(bus),
      logger: false,
    });
    await app.listen();
    // The wiretap is somebody who listens: without it a call that comes before the subscription would be told so.
    await bus.connection.flush();
    const broker: Broker = {
      unitOfWork,
      box,
      bus,
      [Symbol.asyncDispose]: async () => {
        if (!this.brokers.delete(broker)) return;
        watch.stop();
        await app.close();
        await bus.drain();
        await unitOfWork.close();
      },
    };
    this.brokers.add(broker);
    return broker;
  }

  /** Drafts and claims a credential as gateway and registry do. */
  async credential(
    authentication: Record<string, unknown>,
    call: Call,
    claim: { resourceId?: string; basedOn?: string | null; destinationChanged?: boolean; baseUrl?: string } = {},
  ) {
    const { draftId } = await this.gateway.request(draftCredential, { authentication: authentication as never }, call);
    const resourceId = claim.resourceId ?? randomUUID();
    const reply = await this.registry.request(
      claimCredential,
      { draftId, basedOn: null, destinationChanged: false, ...claim, resourceId },
      call,
    );
    const { credentialId } = reply;
    if (credentialId === null) throw new Error('only a trial has no credential');
    return { ...reply, credentialId, resourceId };
  }

  /** Leases as a query-proxy does. */
  lease(
    of: { credentialId: string; resourceId: string },
    call: Call,
    more: { refusedGrantVersion?: number; environment?: string; acquire?: boolean } = {},
  ) {
    const { credentialId, resourceId } = of;
    const caller = callerOf(call.principal);
    return this.proxy.request(
      leaseCredential,
      { credentialId, resourceId, region: 'us-west-2', environment: 'production', caller, ...more },
      call,
    );
  }

  /** Asks how a caller stands with an upstream, as a query-proxy does. */
  verify(
    of: { credentialId: string; resourceId: string },
    call: Call,
    baseUrl: string,
    more: { cookieLine?: string; headers?: [string, string][]; environment?: string; timeoutMs?: number } = {},
  ) {
    const { credentialId, resourceId } = of;
    const { headers = [], ...rest } = more;
    const asked = {
      region: 'us-west-2',
      environment: 'production',
      timeoutMs: 10_000,
      caller: callerOf(call.principal),
    };
    return this.proxy.request(
      verifySignIn,
      { credentialId, resourceId, ...asked, request: { url: baseUrl, headers }, ...rest },
      call,
    );
  }

  /** The events of an action that are about this credential. */
  eventsOf(credentialId: string, action: string): AuditDraft[] {
    const isAbout = ({ data }: AuditDraft): boolean =>
      (data as { credentialId?: string }).credentialId === credentialId;
    return this.events.filter((event) => event.action === action && isAbout(event));
  }

  /** As if so many seconds had passed for a credential's grants. */
  async letPass(credentialId: string, seconds: number): Promise<void> {
    const past = (column: string): string => `${column} = ${column} - $2 * interval '1 second'`;
    const set = ['acquired_at', 'expires_at', 'retry_at', 'forget_at'].map(past).join(', ');
    await this.sql(`UPDATE issued_grant SET ${set} WHERE credential_id = $1`, [credentialId, seconds]);
  }

  /** Runs SQL as the superuser, whom no row-level security stops. */
  async sql<T extends object = Record<string, unknown>>(text: string, parameters: unknown[] = []): Promise<T[]> {
    const url = new URL(this.stack.postgres.superuserUrl);
    url.pathname = '/pontage';
    const client = new pg.Client(url.href);
    await client.connect();
    try {
      await client.query(`SET search_path = ${schema}`);
      return (await client.query(text, parameters)).rows as T[];
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const broker of this.brokers) await broker[Symbol.asyncDispose]();
    await this.stack.stop();
  }
}

/** A fresh master key as it is written in the environment. */
export const newKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const sharedKeys = MasterKeys.parse(newKey('k1'));

/** A call of somebody with an API token. */
export const callOf = (org: string = randomUUID(), scopes: Scope[] = ['admin']): Call => ({
  org,
  principal: { type: 'token', id: randomUUID(), display: 'spec', scopes, groupIds: null },
  requestId: randomUUID(),
});
