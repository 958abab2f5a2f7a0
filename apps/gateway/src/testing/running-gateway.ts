import { randomBytes, randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from '@pontage/bus';
import type { Scope } from '@pontage/contracts';
import { eventStream, type AuditDraft } from '@pontage/contracts/events';
import {
  apps,
  identityKeys,
  memberSessions,
  members,
  organisations,
  regions,
  sessions,
  tokens,
} from '@pontage/contracts/snapshots';
import { readSettings } from '@pontage/settings';
import { SnapshotWriter } from '@pontage/snapshots';
import { createLogger } from '@pontage/telemetry';
import { startStack, type Stack } from '@pontage/testkit';
import { sha256 } from '../authentication/hash.js';
import { newApiToken, newOrganisationToken } from '../authentication/credentials.js';
import { gatewaySettings } from '../settings.js';
import { startGateway } from '../start-gateway.js';

/** A gateway on a real bus, with the pens of the snapshots that it reads. */
export interface RunningGateway extends AsyncDisposable {
  readonly url: string;
  readonly org: string;
  readonly stack: Stack;
  /** On the bus as the registry and as embed-session, to answer a call of the gateway. */
  readonly registry: Bus;
  readonly embedSession: Bus;
  /** The audit events that have been written. */
  readonly events: readonly AuditDraft[];
  /** Resolves when the predicate has seen its event. */
  eventOf(find: (event: AuditDraft) => boolean): Promise<AuditDraft>;
  /** Publishes a token with these scopes and returns its value. */
  token(scopes: readonly Scope[], more?: { expiresAt?: string; org?: string }): Promise<string>;
  /** Publishes an embed session and returns its token. */
  session(more?: {
    app?: string;
    expiresAt?: string;
    metadataJson?: string;
    allowedOrigins?: string[];
    id?: string;
  }): Promise<string>;
  readonly memberPen: SnapshotWriter<typeof members>;
  readonly memberSessionPen: SnapshotWriter<typeof memberSessions>;
  readonly tokenPen: SnapshotWriter<typeof tokens>;
  publishApp(uuid: string, name: string): Promise<void>;
  publishOrganisation(allowedOrigins: string[]): Promise<void>;
  fetch(path: string, init?: RequestInit & { token?: string; json?: unknown }): Promise<Response>;
}

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

/** Starts NATS, makes what the other services would, and starts a gateway on it. */
export async function runGateway(env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  const stack = await startStack();
  const [registry, embedSession, operator] = await Promise.all([
    stack.busOf('resource-registry'),
    stack.busOf('embed-session'),
    stack.operator(),
  ]);
  await (await jetstreamManager(operator)).streams.add({ name: eventStream.name, subjects: [...eventStream.subjects] });
  const events: AuditDraft[] = [];
  const listeners = new Set<() => void>();
  operator.subscribe('v1.events.>', {
    callback: (_, message) => {
      events.push(message.json<AuditDraft>());
      listeners.forEach((each) => each());
    },
  });
  const [tokenPen, sessionPen, appPen, organisationPen] = [
    await SnapshotWriter.open(registry, tokens),
    await SnapshotWriter.open(embedSession, sessions),
    await SnapshotWriter.open(registry, apps),
    await SnapshotWriter.open(registry, organisations),
  ];
  await SnapshotWriter.open(registry, regions);
  await SnapshotWriter.open(await stack.busOf('auth-broker'), identityKeys);
  const memberPen = await SnapshotWriter.open(registry, members);
  const memberSessionPen = await SnapshotWriter.open(registry, memberSessions);
  const stops: (() => Promise<void> | void)[] = [];
  const settings = readSettings(gatewaySettings, {
    PONTAGE_NATS_URL: stack.nats.url,
    PONTAGE_NATS_PASSWORD: stack.natsPassword('gateway'),
    PONTAGE_HTTP_PORT: '0',
    ...env,
  });
  const { port } = await startGateway(settings, {
    logger: createLogger('gateway', process.env.PONTAGE_LOG_LEVEL ?? 'silent'),
    handedPort: new Promise(() => undefined),
    onStop: (stop) => void stops.push(stop),
  });
  const org = randomUUID();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    org,
    stack,
    registry,
    embedSession,
    memberPen,
    memberSessionPen,
    tokenPen,
    events,
    eventOf: (find) => eventually(() => events.find(find), listeners),
    async token(scopes, more = {}) {
      const value = newApiToken();
      const entry = {
        org: more.org ?? org,
        id: randomUUID(),
        name: scopes.join(' '),
        scopes: [...scopes],
        groupIds: null,
        expiresAt: more.expiresAt ?? null,
      };
      await tokenPen.put(sha256(value), { version: 1, value: entry });
      return value;
    },
    async session(more = {}) {
      const value = newOrganisationToken(org);
      const {
        app = randomUUID(),
        expiresAt = inAnHour(),
        metadataJson = '{}',
        allowedOrigins = [],
        id = randomUUID(),
      } = more;
      const entry = {
        org,
        id,
        app,
        externalIdentifier: randomBytes(4).toString('hex'),
        userInfo: {},
        metadataJson,
        groupIds: [1],
        environment: 'production',
        allowedOrigins,
        expiresAt,
      };
      await sessionPen.put(sha256(value), { version: 1, value: entry });
      return value;
    },
    publishApp: (uuid, name) => appPen.put(`${org}.${uuid}`, { version: 1, value: { uuid, name, description: '' } }),
    publishOrganisation: (allowedOrigins) =>
      organisationPen.put(org, {
        version: 1,
        value: {
          name: 'o',
          defaultRegion: 'us-west-2',
          environments: ['production'],
          embed: { allowedOrigins },
          returnOrigins: [],
          openResources: true,
        },
      }),
    fetch: (path, { token, json, ...init } = {}) => {
      const headers = new Headers(init.headers);
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      if (json !== undefined) headers.set('content-type', 'application/json');
      return fetch(url + path, {
        redirect: 'manual',
        ...init,
        headers,
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops.reverse()) await stop();
      await stack[Symbol.asyncDispose]();
    },
  };
}

async function eventually<T>(ask: () => T | undefined, listeners: Set<() => void>): Promise<T> {
  for (;;) {
    const found = ask();
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => {
      const once = () => {
        listeners.delete(once);
        resolve();
      };
      listeners.add(once);
    });
  }
}
