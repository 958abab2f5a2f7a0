import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What the server thinks of one thing that a user tried. */
export type Verdict = 'allowed' | 'refused';

/** One thing to try: publish to a subject, or subscribe to it, alone or in a queue group. */
export interface Attempt {
  readonly operation: 'publish' | 'subscribe';
  readonly subject: string;
  readonly queue?: string;
}

/**
 * Speaks NATS' wire protocol itself: no client library stands between the attempt and the server's verdict, which
 * comes as `-ERR` before the answer to the ping that follows.
 */
export class WireClient {
  private readonly lines: AsyncIterator<string, undefined>;
  private sid = 0;

  private constructor(private readonly socket: Socket) {
    this.lines = createInterface({ input: socket })[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  }

  /** @throws Error with the server's words when it does not let the user in. */
  static async login(url: string, user: string, password: string): Promise<WireClient> {
    const { hostname, port } = new URL(url);
    const client = new WireClient(connect(Number(port), hostname));
    await client.next();
    client.socket.write(
      `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, user, pass: password, headers: true, no_responders: true })}\r\nPING\r\n`,
    );
    const complaints = await client.pong();
    if (complaints.length > 0) throw new Error(complaints.join());
    return client;
  }

  /** Tries one thing after the other, undoes each, and returns the verdicts in the same order. */
  async tryAll(attempts: readonly Attempt[]): Promise<Verdict[]> {
    const commands = attempts.map(({ operation, subject, queue }) =>
      operation === 'publish'
        ? `PUB ${subject} 0\r\n\r\n`
        : `SUB ${subject} ${queue ?? ''} ${(this.sid += 1)}\r\nUNSUB ${this.sid}\r\n`,
    );
    this.socket.write(commands.map((command) => `${command}PING\r\n`).join(''));
    const verdicts: Verdict[] = [];
    for (const { operation, subject } of attempts) {
      const complaints = await this.pong();
      const unexpected = complaints.find((complaint) => !/permissions violation/i.test(complaint));
      if (unexpected !== undefined) throw new Error(`${operation} ${subject}: ${unexpected}`);
      verdicts.push(complaints.length === 0 ? 'allowed' : 'refused');
    }
    return verdicts;
  }

  /** Publishes bytes that somebody else may have sent before. */
  async replay(subject: string, reply: string, payload: string): Promise<Verdict> {
    this.socket.write(`PUB ${subject} ${reply} ${Buffer.byteLength(payload)}\r\n${payload}\r\nPING\r\n`);
    return (await this.pong()).length === 0 ? 'allowed' : 'refused';
  }

  close(): void {
    this.socket.destroy();
  }

  /** What the server complained of before it answered the next ping. */
  private async pong(): Promise<string[]> {
    const complaints: string[] = [];
    for (let line = await this.next(); line !== 'PONG'; line = await this.next()) {
      if (line.startsWith('-ERR')) complaints.push(line);
      if (line.startsWith('-ERR') && /authorization violation/i.test(line)) return complaints;
    }
    return complaints;
  }

  private async next(): Promise<string> {
    const { value } = await this.lines.next();
    if (value === undefined) throw new Error('the server hung up');
    return value;
  }
}
