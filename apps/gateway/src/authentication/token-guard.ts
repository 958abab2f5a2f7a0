import { AuthGuard } from '@nestjs/passport';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { browserRefused } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import { callerOf } from './caller.js';
import { requireScope } from './authentication.js';

const name = 'pontage-token';

/** Passport's view of our bearer tokens and of members' sessions. It holds nothing: the gateway that took the request authenticates. */
class TokenStrategy extends passport.Strategy {
  override readonly name = name;

  /** Passport is typed for Express; what arrives is fastify's request. */
  override authenticate(request: unknown): void {
    const asked = request as FastifyRequest;
    asked.server.authentication.authenticateCaller(asked).then(
      (caller) => this.success(caller.principal),
      (problem: unknown) => this.error(problem),
    );
  }
}

passport.use(name, new TokenStrategy() as unknown as passport.Strategy);

/** Lets in the holders of an API token, and members in their sessions. */
@Injectable()
export class TokenGuard extends AuthGuard(name) {}

/** Lets in those whose token holds the scope that the route names. A route that names none lets in nobody. */
@Injectable()
export class ScopeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { principal } = callerOf(request);
    const { operation } = request.routeOptions.config;
    if (operation === undefined || operation.access === 'embed-session' || operation.access === 'anybody') return false;
    if (operation.access !== 'any-token') requireScope(principal, operation.access);
    if (operation.backendOnly && comesFromBrowser(request)) throw browserRefused({});
    return true;
  }
}

/** Node's own fetch sends Sec-Fetch-Mode, so that is no sign. */
const comesFromBrowser = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
