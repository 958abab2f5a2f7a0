import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@pontage/telemetry';
import type { Replies } from '../replies.js';
import { MessageReader } from './pipe-message.js';
import { pipePath } from './pipe-path.js';

/**
 * Takes bulk for inboxes of this process from workers on the same machine, without the bus between them (decision 40). The name of an
 * inbox is the ticket: 128 random bits, of which only those hear whom the sealed dispatch tells.
 */
export class PipeServer {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** Listens. @param directory that this process and the workers of its machine may enter, and nobody else */
  static async open(directory: string, instance: string, replies: Replies, logger: Logger): Promise<PipeServer> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = pipePath(directory, instance);
    const server = createServer();
    const pipes = new PipeServer(server);
    server.on('connection', (socket) => pipes.take(socket, replies, logger));
    server.listen(path);
    await once(server, 'listening');
    await chmod(path, 0o600);
    server.on('error', (error) => logger.warn({ err: error }, 'the pipe takes nobody in'));
    return pipes;
  }

  /** Lets nobody in any more, and ends those that are there. */
  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private take(socket: Socket, replies: Replies, logger: Logger): void {
    this.sockets.add(socket);
    const reader = new MessageReader(replies.prefix);
    socket.on('data', (piece: Buffer) => {
      try {
        for (const message of reader.read(piece)) replies.take(message);
      } catch (error) {
        logger.warn({ err: error }, 'what comes out of a pipe is none of ours');
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
