import type { GatewaySettings } from './settings.js';

/**
 * How the outside reaches this gateway. Every absolute URL that is given out begins with one of these; the Host header
 * of a request never does.
 */
export class Addresses {
  private listening = '';

  constructor(
    private readonly settings: Pick<GatewaySettings, 'PONTAGE_BASE_URL' | 'PONTAGE_EMBED_URL' | 'PONTAGE_HTTP_HOST'>,
  ) {}

  /** Says which port was given, for when no base URL is configured. */
  listenOn(port: number): void {
    const { PONTAGE_HTTP_HOST: host } = this.settings;
    const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    this.listening = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  }

  /** Without a trailing slash. */
  get baseUrl(): string {
    return this.settings.PONTAGE_BASE_URL ?? this.listening;
  }

  /** The origin of the API and of its pages. */
  get ownOrigin(): string {
    return new URL(this.baseUrl).origin;
  }

  /** The origin of embed URLs and embedded apps. */
  get embedOrigin(): string {
    return this.settings.PONTAGE_EMBED_URL ?? new URL(this.baseUrl).origin;
  }

  /** True for a request that came to the API's host although embedded apps have an origin of their own. */
  isMisdirected(host: string | undefined): boolean {
    const api = new URL(this.baseUrl).host;
    return host === api && api !== new URL(this.embedOrigin).host;
  }
}
