import 'reflect-metadata';
import { type ArgumentsHost, Catch, Controller, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { Call, ParsedRequestOf, ReplyOf, RequestContract } from '@pontage/contracts';
import { throwError, type Observable } from 'rxjs';

/** A class that answers one contract. */
export interface Serves<C extends RequestContract> {
  handle(input: ParsedRequestOf<C>, call: Call): Promise<ReplyOf<C>>;
}

/** Hands errors on as they are: the bus turns problems into replies, Nest's own filter would blur them. */
@Catch()
class PassOn implements RpcExceptionFilter {
  catch(exception: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => exception);
  }
}

/** Contracts by the pattern under which Nest keeps their handlers. */
const served = new Map<string, RequestContract>();

/** The contract of a handler that Nest found. */
export const contractOf = (pattern: string): RequestContract | undefined => served.get(pattern);

/** Makes a class the server of one contract; its `handle` gets the parsed request and the call. */
export function serves<C extends RequestContract>(contract: C) {
  return (target: new (...dependencies: never[]) => Serves<C>): void => {
    served.set(contract.subject, contract);
    const handle = Object.getOwnPropertyDescriptor(target.prototype, 'handle');
    if (handle === undefined) throw new TypeError(`${target.name} has no handle() of its own`);
    MessagePattern(contract.subject)(target.prototype as object, 'handle', handle);
    // Without these, Nest hands on the request alone.
    Payload()(target.prototype as object, 'handle', 0);
    Ctx()(target.prototype as object, 'handle', 1);
    Controller()(target);
    UseFilters(PassOn)(target);
  };
}
