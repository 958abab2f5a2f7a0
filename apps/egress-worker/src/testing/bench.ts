import { DiscardPolicy, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { eventStream } from '@pontage/contracts/events';
import { parseEgressAllow } from '@pontage/egress-policy';
import { createLogger } from '@pontage/telemetry';
import { startStack, type Stack } from '@pontage/testkit';
import { Pipes } from '../bus/pipes.js';
import { Worker } from '../bus/worker.js';
import { Connections } from '../connection/connections.js';
import { Dialer, type DialOptions } from '../connection/dialer.js';
import { resolveBySystem } from '../connection/resolve-host.js';
import { WorkerClient } from './worker-client.js';

/** What a test wants of a worker. */
export interface WorkerOptions extends Partial<Omit<DialOptions, 'policy'>> {
  /** As PONTAGE_EGRESS_ALLOW; the loopback unless said otherwise. */
  readonly allow?: string;
  readonly capacity?: number;
  readonly queue?: number;
  readonly bodyIdleMs?: number;
  /** As PONTAGE_BULK_DIR. */
  readonly bulkDirectory?: string;
}

/** Workers in this process on a real bus, and clients for them; all of it ends together. */
export class Bench {
  private readonly clients: WorkerClient[] = [];
  private readonly workers: Worker[] = [];

  private constructor(readonly stack: Stack) {}

  static async open(): Promise<Bench> {
    const stack = await startStack();
    const manager = await jetstreamManager(await stack.operator());
    await manager.streams.add({
      name: eventStream.name,
      subjects: [...eventStream.subjects],
      discard: DiscardPolicy.New,
      storage: StorageType.Memory,
    });
    return new Bench(stack);
  }

  /** Starts a worker and a client for it. */
  async clientOf(options: WorkerOptions = {}): Promise<WorkerClient> {
    return (await this.workerAndClient(options)).client;
  }

  /** The same, for tests that do something to the worker itself. */
  async workerAndClient(options: WorkerOptions = {}): Promise<{ worker: Worker; client: WorkerClient }> {
    const { worker, instance } = await this.startWorker(options);
    this.workers.push(worker);
    const client = await WorkerClient.open(this.stack, 'eu-central-1', instance, options.bulkDirectory);
    this.clients.push(client);
    return { worker, client };
  }

  async startWorker(options: WorkerOptions = {}): Promise<{ worker: Worker; instance: string }> {
    const { allow = '127.0.0.0/8', capacity = 256, queue = 512, bodyIdleMs = 30_000, bulkDirectory, ...dial } = options;
    const bus = await this.stack.busOf('egress-worker', 'eu-central-1');
    const dialer = new Dialer({
      policy: { allow: parseEgressAllow(allow), ownAddresses: [] },
      resolve: resolveBySystem,
      ...dial,
    });
    const logger = createLogger('test', 'silent');
    const worker = new Worker({
      bus,
      connections: new Connections(dialer, { bodyIdleMs }),
      pipes: new Pipes(bulkDirectory),
      logger,
      capacity,
      queue,
      outboundIps: ['192.0.2.1'],
    });
    return { worker, instance: bus.identity.instance };
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.drain()));
    await Promise.all(this.clients.map((client) => client.close()));
    await this.stack.stop();
  }
}
