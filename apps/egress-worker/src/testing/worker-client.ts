import { randomUUID } from 'node:crypto';
import {
  decodeFrame,
  encodeMessage,
  encodeCancel,
  encodeFlow,
  openFrame,
  randomId,
  type Reply,
  sealBatch,
  type BulkConnection,
  type Bus,
  type Flow,
  type FlowMessage,
  type Frame,
} from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import {
  cancelSubject,
  flowSubject,
  recordedSubject,
  sendSubject,
  type Dispatch,
  type Receipt,
} from '@pontage/contracts/egress-worker';
import { queryIntentSubject } from '@pontage/contracts/events';
import { problemFromWire } from '@pontage/problems';
import type { Stack } from '@pontage/testkit';

/** What a test says of a dispatch; the rest is filled in. */
export type Request = Partial<Omit<Dispatch, 'request' | 'answerTo'>> & {
  readonly request: Partial<Dispatch['request']> & { readonly url: string };
  /** Ask for sealed frames. */
  readonly seals?: boolean;
  /** It has an intent, which leaves along with it. */
  readonly recorded?: boolean;
  /** Name this inbox instead of the reader's own. */
  readonly inboxes?: string;
};

/** How the reader behaves. */
export interface ReaderOptions {
  readonly body?: Uint8Array;
  /** Grant what has been read: true unless the test does it. */
  readonly grants?: boolean;
  /** The source of a pulled body, piece by piece; undefined: nothing for now. */
  readonly upload?: Iterator<Uint8Array | undefined>;
}

type FrameOf<T extends Frame['type']> = Extract<Frame, { type: T }>;
export type HeadFrame = FrameOf<'head'> | FrameOf<'whole'>;

/** Plays the query-proxy that sends dispatches and the gateway that reads the answers. */
export class WorkerClient {
  private constructor(
    readonly proxy: Bus,
    readonly gateway: Bus,
    private readonly bulk: BulkConnection,
    readonly region: string,
    readonly worker: string,
  ) {}

  /** Waits until the worker is known. @param bulkDirectory where the gateway takes bulk; undefined: from the bus only */
  static async open(stack: Stack, region: string, worker?: string, bulkDirectory?: string): Promise<WorkerClient> {
    const [proxy, gateway] = await Promise.all([stack.busOf('query-proxy'), stack.busOf('gateway')]);
    const wanted = () =>
      proxy.presence.live('egress-worker', region).find(({ instance }) => worker === undefined || instance === worker);
    const found = await proxy.presence.until(wanted, 5_000);
    if (found === undefined) throw new Error(`no worker of ${region} has announced itself`);
    const bulk = await gateway.openBulk(bulkDirectory);
    return new WorkerClient(proxy, gateway, bulk, region, found.instance);
  }

  async close(): Promise<void> {
    await this.bulk.drain();
  }

  send(request: Request, options: ReaderOptions = {}): Sent {
    const sent = new Sent(this, request, options);
    sent.start();
    return sent;
  }

  /** The answer to a dispatch, whole. @throws Problem the worker's. */
  fetch(request: Request, options: ReaderOptions = {}): Promise<Answer> {
    return this.send(request, options).answer();
  }

  flow(flow: Flow): void {
    this.gateway.connection.publish(
      subjectOf(flowSubject, { region: this.region, worker: this.worker }),
      encodeFlow(flow),
    );
  }

  cancel(executionId: string): void {
    this.gateway.connection.publish(subjectOf(cancelSubject, { region: this.region }), encodeCancel(executionId));
  }

  /** Writes a batch of intents, which the stream acknowledges to the worker. */
  record(batch: string): void {
    const { region, worker } = this;
    this.proxy.connection.publish(queryIntentSubject, '[]', {
      reply: subjectOf(recordedSubject, { region, worker, batch }),
    });
  }

  /** Inboxes of one dispatch, and the dispatch itself. */
  prepare(
    { seals = false, recorded = false, inboxes, ...given }: Request,
    take: (frame: Frame, isSealed: boolean) => void,
  ) {
    const read = (bus: Bus) => (message: Reply) => {
      const isSealed = message.data[0] === 0xff;
      take(decodeFrame(openFrame(bus.channels, message.subject, message.data)), isSealed);
    };
    const inbox = this.gateway.replies.expect(read(this.gateway));
    const bulkInbox = this.bulk.replies.expect(read(this.gateway));
    const reply = this.proxy.replies.expect(read(this.proxy));
    const { service, instance } = this.gateway.identity;
    const dispatch: Dispatch = {
      executionId: randomUUID(),
      attempt: 1,
      org: '11111111-1111-4111-8111-111111111111',
      answerTo: {
        process: `${service}/${instance}`,
        inbox: inboxes ?? inbox.subject,
        bulkInbox: inboxes ?? bulkInbox.subject,
        sealed: seals,
      },
      credential: { headers: [], queryParams: [] },
      injected: [],
      maxRedirects: 5,
      remainingMs: 10_000,
      maxResponseBytes: 256 * 1024 * 1024,
      decode: false,
      keep: [],
      observe: [],
      window: 1024 * 1024,
      ...(recorded ? { intents: randomId() } : {}),
      ...given,
      request: { method: 'GET', headers: [], body: { kind: 'none' }, ...given.request },
    };
    return {
      dispatch,
      publish: (body?: Uint8Array) => {
        const worker = this.proxy.presence.find('egress-worker', this.worker);
        if (worker === undefined) throw new Error('the worker is gone');
        if (recorded && dispatch.intents !== undefined) this.record(dispatch.intents);
        const subject = subjectOf(sendSubject, { region: this.region, worker: this.worker });
        const data = sealBatch(this.proxy.channels, worker.key, subject, [
          encodeMessage(dispatch, reply.subject, body),
        ]);
        this.proxy.connection.publish(subject, data);
      },
      close: () => [inbox, bulkInbox, reply].forEach((each) => each.close()),
    };
  }
}

/** Frames that are no part of an answer: those for the sender, and signs of life, which a busy machine brings about. */
const aside: ReadonlySet<Frame['type']> = new Set(['kept', 'receipts', 'busy', 'accepted']);

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly bytes: number;
  /** What came to the reader, in the order of arrival. */
  readonly frames: readonly Frame['type'][];
}

/** One dispatch on its way, and every frame that came for it. */
export class Sent {
  readonly frames: Frame[] = [];
  readonly sealed: boolean[] = [];
  /** Body bytes that have come. */
  bytes = 0;
  private first: Uint8Array = new Uint8Array(0);
  private readonly chunks: Uint8Array[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly prepared: ReturnType<WorkerClient['prepare']>;
  private uploaded = 0;

  constructor(
    private readonly client: WorkerClient,
    request: Request,
    private readonly options: ReaderOptions,
  ) {
    this.prepared = client.prepare(request, (frame, isSealed) => this.take(frame, isSealed));
  }

  get dispatch(): Dispatch {
    return this.prepared.dispatch;
  }

  start(): void {
    this.prepared.publish(this.options.body);
  }

  /** The first frame of this type, when it has come. */
  frame<T extends Frame['type']>(type: T): Promise<FrameOf<T>> {
    return this.until(() => this.frames.find((frame): frame is FrameOf<T> => frame.type === type));
  }

  /** The value, asked for again whenever a frame comes. */
  until<T>(ask: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const listener = () => {
        const value = ask();
        if (value === undefined) return;
        this.waiting.delete(listener);
        resolve(value);
      };
      this.waiting.add(listener);
      listener();
    });
  }

  /** @throws Problem the worker's. */
  async answer(): Promise<Answer> {
    const ended = await this.until(() => this.ending());
    if (ended.type === 'problem') throw problemFromWire(ended.head);
    const head = await this.until(() =>
      this.frames.find((frame): frame is HeadFrame => frame.type === 'head' || frame.type === 'whole'),
    );
    const { status, headers } = head.head;
    return {
      status,
      headers,
      body: Buffer.concat([this.first, ...this.chunks]),
      bytes: ended.head.bytes,
      frames: this.frames.map(({ type }) => type).filter((type) => !aside.has(type)),
    };
  }

  /** The worker's account of it, which it sends to the sender. */
  async receipt(): Promise<Receipt> {
    const { head } = await this.frame('receipts');
    const receipt = head.receipts.find(({ executionId }) => executionId === this.dispatch.executionId);
    if (receipt === undefined) throw new Error('the receipt is of something else');
    return receipt;
  }

  /** Tells the worker something about this dispatch. */
  flow(message: FlowMessage): void {
    const { executionId, attempt } = this.dispatch;
    this.client.flow({ ...message, executionId, attempt });
  }

  grant(bytes: number): void {
    this.flow({ type: 'grant', bytes });
  }

  private ending(): FrameOf<'whole'> | FrameOf<'end'> | FrameOf<'problem'> | undefined {
    const last = this.frames.find((frame): frame is FrameOf<'whole'> | FrameOf<'end'> | FrameOf<'problem'> =>
      ['whole', 'end', 'problem'].includes(frame.type),
    );
    if (last?.type !== 'end') return last;
    // The end comes on another connection than the chunks.
    return this.frames.filter(({ type }) => type === 'chunk').length === last.head.chunks ? last : undefined;
  }

  private take(frame: Frame, isSealed: boolean): void {
    this.frames.push(frame.type === 'chunk' ? { ...frame, body: new Uint8Array(0) } : frame);
    this.sealed.push(isSealed);
    if (frame.type === 'head' || frame.type === 'whole' || frame.type === 'chunk') {
      this.bytes += frame.body.length;
      // Chunks come on a connection of their own, maybe before the head.
      if (frame.type !== 'chunk') this.first = frame.body;
      else if (this.bytes <= 4 * 1024 * 1024) this.chunks[frame.sequence] = frame.body;
      if (this.options.grants !== false && frame.body.length > 0) this.grant(frame.body.length);
    }
    if (frame.type === 'pull') this.upload(frame.head.credit);
    for (const listener of this.waiting) listener();
  }

  private upload(credit: number): void {
    for (let left = credit; left > 0;) {
      const piece = this.options.upload?.next();
      if (piece === undefined) return;
      const last = piece.done === true;
      const body = last ? new Uint8Array(0) : piece.value;
      if (body === undefined) return;
      this.flow({ type: 'data', sequence: this.uploaded, last, body });
      this.uploaded += 1;
      if (last) return;
      left -= body.length;
    }
  }
}
