import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { type Bus } from '@pontage/bus';
import { callerOf, type Call, type Scope } from '@pontage/contracts';
import {
  beginConsent,
  claimCredential,
  completeConsent,
  draftCredential,
  leaseCredential,
  openConsent,
  verifySignIn,
} from '@pontage/contracts/auth-broker';
import { eventStream, type AuditDraft } from '@pontage/contracts/events';
import { config as configBucket, organisations, regions, resources } from '@pontage/contracts/snapshots';
import { MasterKeys } from '@pontage/envelope';
import { migrate } from '@pontage/persistence';
import { SnapshotWriter } from '@pontage/snapshots';
import { startStack, type Stack } from '@pontage/testkit';
import pg from 'pg';
import { migrations } from './migrations/migrations.js';
import { schema } from './settings.js';
import { startBroker, type Broker } from './one-broker.fixture.js';

export type { Broker } from './one-broker.fixture.js';

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
    await SnapshotWriter.open(registry, organisations);
    await SnapshotWriter.open(registry, resources);
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
    const broker = await startBroker(this.stack, keys, () => this.brokers.delete(broker));
    this.brokers.add(broker);
    return broker;
  }

  /** One of the brokers that run. */
  get anyBroker(): Broker {
    const [broker] = this.brokers;
    if (broker === undefined) throw new Error('there is no broker');
    return broker;
  }

  /** Drafts and claims a credential as gateway and registry do. */
  async credential(
    authentication: Record<string, unknown>,
    call: Call,
    claim: {
      resourceId?: string;
      basedOn?: string | null;
      destinationChanged?: boolean;
      baseUrl?: string;
      rotates?: boolean;
    } = {},
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

  /** Begins a sign-in as a query-proxy does, and opens it in a browser. Returns the URL at the provider, and how to come back. */
  async signIn(
    of: { credentialId: string; resourceId: string },
    call: Call,
    more: { environment?: string; mayEdit?: boolean } = {},
  ) {
    const [handle, state, browser] = [secret(), secret(), secret()];
    const caller = callerOf(call.principal);
    await this.proxy.request(
      beginConsent,
      {
        ...{ credentialId: of.credentialId, resourceId: of.resourceId, region: 'us-west-2', environment: 'production' },
        ...{ caller, resourceName: 'orders', handle, state, redirectUri, returnTo: null, mayEdit: true, ...more },
      },
      call,
    );
    const browserHash = sha256(browser);
    const opening = { handleHash: sha256(handle), browserHash, isConfirmed: true };
    const opened = await this.gateway.request(openConsent, opening, call);
    if (opened.step !== 'leave') throw new Error('whoever confirms is sent on');
    const complete = (callback: URL) =>
      this.gateway.request(
        completeConsent,
        { stateHash: sha256(state), browserHash, answer: callback.search.slice(1) },
        call,
      );
    return { url: opened.url, handle, state, browser, complete };
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
    const set = ['acquired_at', 'expires_at', 'retry_at', 'forget_at', 'refresh_at', 'used_at'].map(past).join(', ');
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

/** Where the tests' providers send people back to. */
export const redirectUri = 'http://127.0.0.1:7400/oauth/callback';

const secret = (): string => randomBytes(32).toString('base64url');
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A fresh master key as it is written in the environment. */
export const newKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const sharedKeys = MasterKeys.parse(newKey('k1'));

/** A call of somebody with an API token. */
export const callOf = (org: string = randomUUID(), scopes: Scope[] = ['admin']): Call => ({
  org,
  principal: { type: 'token', id: randomUUID(), display: 'spec', scopes, groupIds: null },
  requestId: randomUUID(),
});

/** Who has all scopes in an organisation, in some of its groups only: a token, and a member with a token of his. */
export function restrictedCalls(org: string): Call[] {
  const rights = { id: randomUUID(), display: 'spec', scopes: ['admin' as const], groupIds: [1] };
  const member = {
    ...rights,
    type: 'member',
    email: 'ada@example.com',
    openResources: false,
    token: randomUUID(),
  } as const;
  return [{ ...rights, type: 'token' } as const, member].map((principal) => ({ ...callOf(org), principal }));
}
