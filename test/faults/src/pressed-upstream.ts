import { randomUUID } from 'node:crypto';
import { startUpstream, type Upstream } from '@pontage/fixtures';
import { startPontage, type Pontage } from '@pontage/testkit';
import { Effects } from './effects.js';

/** What `/query` answers, or a problem. */
export interface Answered {
  /** Of the upstream; of a problem, of ours. */
  readonly status: number;
  readonly body?: unknown;
  readonly attempts?: number;
  readonly code?: string;
  readonly cache?: string;
}

/** An answer of the gateway with what its head says. */
export interface Asked {
  readonly http: number;
  readonly retryAfter: number | undefined;
  readonly json: Answered;
}

/** The whole system in front of one upstream that writes down what it receives. */
export class PressedUpstream {
  private constructor(
    readonly upstream: Upstream,
    readonly pontage: Pontage,
  ) {}

  static async start(): Promise<PressedUpstream> {
    const upstream = await startUpstream();
    const env = { PONTAGE_DEMO: '0', PONTAGE_EGRESS_ALLOW: `127.0.0.1:${upstream.port}` };
    return new PressedUpstream(upstream, await startPontage({ env }));
  }

  async stop(): Promise<void> {
    await this.pontage.stop();
    await this.upstream.stop();
  }

  /** Saves a resource under a name of its own. */
  async resource(settings: Record<string, unknown> = {}): Promise<string> {
    const json = { name: `r-${randomUUID().slice(0, 8)}`, baseUrl: this.upstream.url, ...settings };
    const response = await this.pontage.fetch('/api/v1/resources', { method: 'POST', json });
    if (response.status !== 201) throw new Error(await response.text());
    return ((await response.json()) as { id: string }).id;
  }

  /** Actions with an effect at the upstream, through a resource of their own. */
  async effects(settings: Record<string, unknown> = {}): Promise<Effects> {
    return new Effects(this.pontage, this.upstream, await this.resource(settings));
  }

  /** Runs an ad-hoc query. */
  query(resource: string, query: Record<string, unknown>, signal?: AbortSignal): Promise<Asked> {
    return this.ask(`/api/v1/resources/${resource}/query`, query, {}, signal);
  }

  async ask(
    path: string,
    json: Record<string, unknown>,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Asked> {
    const response = await this.pontage.fetch(path, {
      method: 'POST',
      json,
      headers,
      ...(signal === undefined ? {} : { signal }),
    });
    const after = response.headers.get('retry-after');
    return {
      http: response.status,
      retryAfter: after === null ? undefined : Number(after),
      json: (await response.json()) as Answered,
    };
  }

  /** The requests for a path that the upstream has received. */
  received(path: string) {
    return this.upstream.requests.filter(({ target }) => target.startsWith(path));
  }
}
