import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import type { Bus } from '../bus.js';
import { contractOf } from './serves.js';

/**
 * Nest's transport for contracts, on the connection that the process has anyway. Nest finds the handlers and builds
 * them; parsing, checking, sealing and problems are the bus's (docs/decisions: bus transport).
 */
export class ContractServer extends Server implements CustomTransportStrategy {
  constructor(private readonly bus: Bus) {
    super();
  }

  listen(listening: () => void): void {
    for (const [pattern, handler] of this.messageHandlers) {
      const contract = contractOf(pattern);
      if (contract === undefined) throw new Error(`no contract stands behind ${pattern}`);
      this.bus.serve(contract, async (input, call) => {
        const result: unknown = await handler(input, call);
        return isObservable(result) ? firstValueFrom(result) : result;
      });
    }
    listening();
  }

  /** The bus is drained by whoever connected it. */
  close(): void {}

  /** There are no events of the transport to listen to. */
  on(): void {}

  unwrap<T>(): T {
    return this.bus.connection as T;
  }
}
