import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySigV4, type ReceivedRequest } from '@pontage/fixtures';

/** Which of its secrets the upstream takes; `spreading`: one of its two servers knows the new one, the other does not. */
export type Takes = 'old' | 'spreading' | 'both' | 'new';

/** A secret and what replaces it. */
export interface Secrets {
  readonly old: string;
  readonly new: string;
}

/**
 * An API with one way to authenticate for each door: `/basic/…`, `/bearer/…`, `/api-key/…`, `/oauth2/…` (with its tokens from
 * `/token`), `/aws/…`. All of them change their secrets together. Requests reach its two servers in turn.
 */
export class RotatingUpstream implements AsyncDisposable {
  takes: Takes = 'old';
  /** Requests whose secret was taken, and those that were refused, by door. */
  readonly seen: Record<string, { taken: number; refused: number }> = {};
  private turn = 0;
  private readonly tokens = new Set<string>();
  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor(private readonly secrets: Readonly<Record<string, Secrets>>) {}

  static async start(secrets: Readonly<Record<string, Secrets>>): Promise<RotatingUpstream> {
    const upstream = new RotatingUpstream(secrets);
    upstream.server.listen(0, '127.0.0.1');
    await once(upstream.server, 'listening');
    return upstream;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const door = request.url?.split(/[/?]/)[1] ?? '';
    const say = (status: number, json: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    if (door === 'token') return this.giveToken(request, say);
    const isTaken = this.isTaken(door, request, body, this.taken());
    const seen = (this.seen[door] ??= { taken: 0, refused: 0 });
    seen[isTaken ? 'taken' : 'refused'] += 1;
    return say(isTaken ? 200 : door === 'aws' ? 403 : 401, { door });
  }

  private giveToken({ headers }: IncomingMessage, say: (status: number, json: object) => void): void {
    // RFC 6749, 2.3.1: both parts are form-urlencoded before they are joined.
    const given = Buffer.from(headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
    const isTaken = this.taken().some(
      (which) => decodeURIComponent(given) === `client:${this.secret('oauth2', which)}`,
    );
    if (!isTaken) return say(401, { error: 'invalid_client' });
    const token = `token-${this.tokens.size}`;
    this.tokens.add(token);
    say(200, { access_token: token, token_type: 'bearer', expires_in: 3600 });
  }

  /** The secrets that the server takes whose turn it is. */
  private taken(): (keyof Secrets)[] {
    if (this.takes === 'spreading') return this.turn++ % 2 === 0 ? ['old', 'new'] : ['old'];
    return this.takes === 'both' ? ['old', 'new'] : [this.takes];
  }

  private secret(door: string, which: keyof Secrets): string {
    return this.secrets[door]?.[which] ?? '';
  }

  private isTaken(door: string, request: IncomingMessage, body: Buffer, taken: readonly (keyof Secrets)[]): boolean {
    const { headers } = request;
    const { authorization } = headers;
    if (door === 'oauth2') return this.tokens.has(authorization?.replace(/^Bearer /, '') ?? '');
    if (door === 'aws') return this.isSigned(request, body, taken);
    return taken.some((which) => {
      const secret = this.secret(door, which);
      if (door === 'basic') return authorization === basic('user', secret);
      return door === 'bearer' ? authorization === `Bearer ${secret}` : headers['x-key'] === secret;
    });
  }

  private isSigned(request: IncomingMessage, body: Buffer, taken: readonly (keyof Secrets)[]): boolean {
    const { rawHeaders } = request;
    const received: ReceivedRequest = {
      method: request.method ?? '',
      target: request.url ?? '',
      headers: rawHeaders.flatMap((name, index) =>
        index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
      ),
      body,
      bodyBytes: body.length,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      complete: true,
      tls: false,
      clientName: null,
      resumed: false,
      connection: 1,
      remoteAddress: '',
    };
    const keys = new Map(taken.map((which) => [keyIdOf(which), { secret: this.secret('aws', which) }]));
    return verifySigV4(received, { service: 'execute-api', region: 'eu-central-1', keys, now: new Date() }).ok;
  }
}

/** The id of the access key that a secret access key belongs to. */
export const keyIdOf = (which: keyof Secrets): string => `AKID${which.toUpperCase()}KEY`;

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
