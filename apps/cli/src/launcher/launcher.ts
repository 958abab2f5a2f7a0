import { freePort, portIfFree } from '@pontage/backends';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  natsBackend,
  passwordsOf,
  postgresBackend,
  type Backend,
  type DatabaseAddress,
  type NatsAddress,
} from './backends.js';
import { bindPort, type BoundPort } from './bind-port.js';
import { bundleOf } from './bundles.js';
import { keepSecret, newMasterKey, newPassword, newToken, openDataFolder, type DataFolder } from './data-folder.js';
import { demoUpstream, startDemoUpstream, type DemoUpstream } from './demo-upstream.js';
import { takeLock } from './launcher-lock.js';
import { launcherSettings, type LauncherSettings } from './launcher-settings.js';
import { endLeftovers, ProcessList } from './process-list.js';
import { runMigrations } from './run-migrations.js';
import { environmentOf, planServices, type PlannedService } from './service-plan.js';
import { startChild } from './start-child.js';
import { Supervised, type Instance } from './supervised.js';

/** A Pontage that runs. */
export interface Running {
  /** How the outside reaches it. */
  readonly baseUrl: string;
  /** How this machine reaches it. */
  readonly localUrl: string;
  readonly adminToken: string;
  /** Absent when PONTAGE_DEMO=0. */
  readonly upstream: DemoUpstream | undefined;
}

/** Services are drained in stages (0 to 4, see the plan); then what they stand on. */
const drainOfUpstream = 7;
const drainOfNats = 8;
const drainOfPostgres = 9;
const readyDeadlineMs = 30_000;

/** Boots all of Pontage on one machine, as the same processes that production runs, and keeps it running. */
export class Launcher {
  readonly folder: DataFolder;
  private readonly settings: LauncherSettings;
  private readonly kept: { readonly drain: number; readonly process: Supervised }[] = [];
  private readonly list: ProcessList;
  private release: () => void = () => undefined;
  /** Where gateways listen. */
  private door: BoundPort | undefined;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly report: (line: string) => void,
  ) {
    this.settings = launcherSettings(env);
    this.folder = openDataFolder(this.settings.PONTAGE_DATA_DIR);
    this.list = new ProcessList(this.folder.processes);
  }

  /** Starts everything and resolves when queries can run. After a failure, {@link stop} has to be called as well. */
  async start(): Promise<Running> {
    const { settings, folder } = this;
    this.release = takeLock(folder.lock);
    const left = await endLeftovers(folder.processes);
    if (left > 0) this.report(`ended ${left} processes of a launcher that was killed`);
    // The sockets of gateways that were killed.
    if (folder.bulk !== undefined) rmSync(folder.bulk, { recursive: true, force: true });

    const port = await this.choosePort();
    const host = settings.PONTAGE_HTTP_HOST;
    const door = await bindPort(port, host);
    this.door = door;
    const localUrl = `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
    const baseUrl = settings.PONTAGE_BASE_URL ?? localUrl;
    const adminToken = settings.PONTAGE_ADMIN_TOKEN ?? keepSecret(folder.adminToken, newToken);
    const adminPassword = settings.PONTAGE_ADMIN_PASSWORD ?? keepSecret(folder.adminPassword, newPassword);
    const upstream = settings.PONTAGE_DEMO === '0' ? undefined : await demoUpstream(folder);

    const passwords = passwordsOf(folder, settings.PONTAGE_REGIONS);
    const bus = this.startBus(natsBackend(settings, folder, passwords.nats));
    const database = this.startDatabase(postgresBackend(settings, folder, passwords.postgres));
    this.list.set('launcher', { service: 'launcher', region: null, pid: process.pid, health: null });
    const egressAllow = [settings.PONTAGE_EGRESS_ALLOW, upstream && `127.0.0.1:${upstream.port}`]
      .filter(Boolean)
      .join(',');
    const listed = Promise.all([bus, database]).then(([{ operatorUrl }, { adminUrl }]) =>
      this.list.open({ baseUrl, natsUrl: operatorUrl, databaseUrl: adminUrl, egressAllow }),
    );
    const services = planServices({
      regions: settings.PONTAGE_REGIONS,
      adminTokenSha256: createHash('sha256').update(adminToken).digest('hex'),
      adminPassword,
      masterKey: this.masterKey(),
      checkpoints: folder.checkpoints,
      egressAllow,
      bulk: folder.bulk,
      gateway: { PONTAGE_HTTP_PORT: 'handed', PONTAGE_HTTP_HOST: door.address, PONTAGE_BASE_URL: baseUrl },
      env: this.env,
    }).map((planned) => this.startService(planned, bus, database));
    const demo =
      upstream === undefined
        ? []
        : [this.keep('orders-api', null, drainOfUpstream, (signal) => startDemoUpstream(upstream, folder, signal))];

    const [instances] = await Promise.all([Promise.all([...services, ...demo]), listed]);
    await Promise.all(instances.map(({ health }) => untilReady(health)));
    return { baseUrl, localUrl, adminToken, upstream };
  }

  /** Drains the services, then ends what they stand on. Nothing of ours is left running. */
  stop(): Promise<void> {
    this.stopped ??= this.drain();
    return this.stopped;
  }

  private async drain(): Promise<void> {
    this.door?.handle.close();
    const stages = [...new Set(this.kept.map(({ drain }) => drain))].sort((a, b) => a - b);
    for (const stage of stages) {
      await Promise.all(this.kept.filter(({ drain }) => drain === stage).map(({ process: each }) => each.stop()));
    }
    this.list.remove();
    this.release();
  }

  private async choosePort(): Promise<number> {
    const { PONTAGE_HTTP_PORT: wanted, PONTAGE_HTTP_HOST: host } = this.settings;
    const port = wanted === 0 ? await freePort(host) : await portIfFree(wanted, host);
    if (port === undefined)
      throw new Error(`cannot listen on ${host}:${wanted}: set PONTAGE_HTTP_PORT to a free port (0 takes any)`);
    return port;
  }

  private masterKey(): Record<string, string | undefined> {
    const { PONTAGE_MASTER_KEY, PONTAGE_MASTER_KEY_FILE } = this.settings;
    if (PONTAGE_MASTER_KEY !== undefined || PONTAGE_MASTER_KEY_FILE !== undefined)
      return { PONTAGE_MASTER_KEY, PONTAGE_MASTER_KEY_FILE };
    keepSecret(this.folder.masterKey, newMasterKey);
    return { PONTAGE_MASTER_KEY_FILE: this.folder.masterKey };
  }

  private async startBus({ start, address }: Backend<NatsAddress>): Promise<NatsAddress> {
    if (start !== undefined) await this.timed('NATS', this.keep('nats', null, drainOfNats, start));
    return address();
  }

  private async startDatabase(backend: Promise<Backend<DatabaseAddress>>): Promise<DatabaseAddress> {
    const { start, address } = await backend;
    if (start !== undefined) await this.timed('PostgreSQL', this.keep('postgres', null, drainOfPostgres, start));
    const { adminUrl, ownerUrl } = address();
    await this.timed('Migrations', runMigrations(adminUrl, ownerUrl));
    return address();
  }

  /** A service without state does not wait for the database. */
  private async startService(
    planned: PlannedService,
    bus: Promise<NatsAddress>,
    database: Promise<DatabaseAddress>,
  ): Promise<Instance> {
    const url = planned.role === undefined ? undefined : (await database).roleUrl(planned.role);
    const env = environmentOf(planned, await bus, url, this.env);
    const logFile = join(
      this.folder.logs,
      `${planned.region === null ? planned.service : `${planned.service}-${planned.region}`}.log`,
    );
    const bundle = bundleOf(planned.service);
    const port = planned.service === 'gateway' && this.door !== undefined ? { port: this.door } : {};
    return this.keep(planned.service, planned.region, planned.drain, (signal) =>
      startChild({ name: planned.name, bundle, env, logFile, signal, ...port }),
    );
  }

  private async keep(
    service: string,
    region: string | null,
    drain: number,
    start: (signal: AbortSignal) => Promise<Instance>,
  ): Promise<Instance> {
    const name = region === null ? service : `${service} (${region})`;
    const supervised = new Supervised({
      name,
      start,
      report: this.report,
      onUp: ({ pid, health }) => this.list.set(name, { service, region, pid, health }),
      onDown: () => this.list.delete(name),
    });
    if (this.stopped !== undefined) throw new Error('the start was given up');
    this.kept.push({ drain, process: supervised });
    return supervised.start().catch((error: unknown) => {
      throw new Error(`${name} ${(error as Error).message}`, { cause: error });
    });
  }

  private async timed<T>(title: string, work: Promise<T>): Promise<T> {
    const begun = Date.now();
    const result = await work;
    this.report(`${title}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    return result;
  }
}

async function untilReady(health: string | null): Promise<void> {
  if (health === null) return;
  const deadline = Date.now() + readyDeadlineMs;
  const url = new URL('/readyz', health);
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(25);
  }
  throw new Error(`${url.href} is not ready after ${readyDeadlineMs / 1000} s`);
}
