import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageHead, pipePath, type Reply } from '@pontage/bus';

/** So much may wait in a socket; the bus carries what comes beyond that. */
const mostWaitingBytes = 8 * 1024 * 1024;
/** Who could not be reached is on another machine, or gone. */
const againMs = 10_000;
const closeMs = 1_000;
/** A process: `gateway/` and its instance, which names a file and leads nowhere else. */
const gateway = /^gateway\/([A-Za-z0-9]+)$/;

/** The ways to gateways on this machine that take bulk through sockets of their own (decision 40). */
export class Pipes {
  private readonly sockets = new Map<string, Socket>();

  /** @param directory where the gateways listen; undefined: the bus carries everything */
  constructor(private readonly directory: string | undefined) {}

  /** Sends an answer to an inbox of this process. False: the bus has to; there is no way to it, or not yet. */
  send(process: string, { subject, data }: Reply): boolean {
    if (this.directory === undefined) return false;
    const socket = this.socketTo(process, this.directory);
    if (socket === undefined || socket.writableLength > mostWaitingBytes) return false;
    const id = subject.slice(subject.lastIndexOf('.') + 1);
    socket.cork();
    socket.write(messageHead(id, data.length));
    socket.write(data);
    socket.uncork();
    return true;
  }

  /** Ends the ways when what was sent has left. */
  async close(): Promise<void> {
    const open = [...this.sockets.values()].filter(({ closed }) => !closed);
    const ended = open.map((socket) => once(socket.end(), 'close').catch(() => undefined));
    await Promise.race([Promise.all(ended), sleep(closeMs, undefined, { ref: false })]);
    for (const socket of open) socket.destroy();
  }

  /** An open way; undefined when there is none, or not yet. */
  private socketTo(process: string, directory: string): Socket | undefined {
    const socket = this.sockets.get(process);
    if (socket === undefined) return this.open(process, directory);
    return socket.readyState === 'open' ? socket : undefined;
  }

  /** Begins to open a way; what is said meanwhile goes over the bus. */
  private open(process: string, directory: string): undefined {
    const [, instance] = gateway.exec(process) ?? [];
    if (instance === undefined) return;
    const socket = createConnection(pipePath(directory, instance));
    this.sockets.set(process, socket);
    socket.on('error', () => undefined);
    socket.on('close', () => setTimeout(() => this.sockets.delete(process), againMs).unref());
  }
}
