import type { Bus } from '@pontage/bus';
import { beginMemberSignIn, completeMemberSignIn } from '@pontage/contracts/auth-broker';
import { refuseSignIn, signInWithIdentity } from '@pontage/contracts/resource-registry';
import { isProblem, notFound, signInRefused, unavailable, type Problem } from '@pontage/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newMemberToken } from '../authentication/credentials.js';
import { sha256 } from '../authentication/hash.js';
import { callbackQuery } from '../consent/callback-query.js';
import { statusOf } from '../problems/status-of.js';
import { retryAfterOf } from '../problems/send-problem.js';
import { checksOf, flowCookieOf, flowOf, newFlow, noFlowCookie } from './flow-cookie.js';
import { returnPath, usualReturn } from './return-to.js';
import { sessionCookieOf } from './session-cookie.js';
import { callOfDoor, wordsOf, type SignIn } from './sign-in.js';
import type { SignInLimits } from './sign-in-limits.js';

/** What the gateway knows of the identity provider; the broker knows the rest. */
export interface OidcManner {
  /** For people. */
  readonly name: string;
  /** Whether somebody whom the provider vouches for becomes a member. */
  readonly joins: boolean;
  /** Of which organisation; undefined: of the installation's first. */
  readonly organisation: string | undefined;
}

/** Lets members in whom the identity provider vouches for. @see OpenID Connect Core 1.0, 3.1 */
export class OidcSignIn {
  constructor(
    private readonly bus: Bus,
    private readonly limits: SignInLimits,
    private readonly door: SignIn,
    private readonly manner: OidcManner | undefined,
  ) {}

  /** Sends the browser to the provider, with a cookie that nobody else has. */
  async begin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (this.manner === undefined) throw notFound({});
    const { returnTo } = request.query as { returnTo?: unknown };
    const flow = newFlow(returnPath(returnTo));
    const { state, nonce, codeChallenge } = checksOf(flow);
    try {
      this.limits.count(request);
      const asked = { redirectUri: callbackOf(request), state, nonce, codeChallenge };
      this.requireBroker();
      const { url } = await this.bus.request(beginMemberSignIn, asked, callOfDoor(request));
      return await reply.header('set-cookie', flowCookieOf(flow)).redirect(url, 302);
    } catch (error) {
      if (!isProblem(error)) throw error;
      return this.fail(reply, error, flow.returnTo);
    }
  }

  /** Takes the browser back. Whatever comes of it, the flow is over. */
  async complete(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (this.manner === undefined) throw notFound({});
    const flow = flowOf(request);
    try {
      const token = newMemberToken();
      const opened = await this.limits.guard(request, `provider ${request.ip}`, () => this.open(request, token));
      await this.door.let(request, reply, opened, token);
      // Of what he began with: an office behind one address would be used up by those who come in.
      this.limits.giveBack(request);
      reply.removeHeader('set-cookie').header('set-cookie', [sessionCookieOf(token, opened.expiresAt), noFlowCookie]);
      return await reply.redirect(flow?.returnTo ?? usualReturn, 303);
    } catch (error) {
      if (!isProblem(error)) throw error;
      return this.fail(reply.header('set-cookie', noFlowCookie), error, flow?.returnTo ?? usualReturn);
    }
  }

  private async open(request: FastifyRequest, token: string) {
    const call = callOfDoor(request);
    const { joins = false, organisation } = this.manner ?? {};
    const where = organisation === undefined ? {} : { organisation };
    const identity = await this.identity(request).catch(async (error: unknown) => {
      if (isProblem(error, signInRefused))
        await this.bus
          .request(refuseSignIn, { ...where, reason: error.detail ?? 'not begun here' }, call)
          .catch(() => undefined);
      throw error;
    });
    return this.bus.request(signInWithIdentity, { ...where, identity, joins, tokenHash: sha256(token) }, call);
  }

  private async identity(request: FastifyRequest) {
    const flow = flowOf(request);
    if (flow === undefined)
      throw signInRefused({}, { detail: 'This browser did not begin to sign in, or took too long.' });
    const { state, nonce, codeVerifier } = checksOf(flow);
    const callbackUrl = `${callbackOf(request)}?${callbackQuery(request)}`;
    this.requireBroker();
    return this.bus.request(completeMemberSignIn, { callbackUrl, state, nonce, codeVerifier }, callOfDoor(request));
  }

  /** The call may take as long as a provider does, which is too long to wait for somebody to make it. */
  private requireBroker(): void {
    if (this.bus.presence.live('auth-broker').length === 0) throw unavailable({}, { note: 'there is no auth-broker' });
  }

  private fail(reply: FastifyReply, problem: Problem, returnTo: string): FastifyReply {
    const failure = isProblem(problem, signInRefused)
      ? 'Signing in did not work. Try again, or ask an admin whether you are a member.'
      : wordsOf(problem);
    return this.door.show(reply.headers(retryAfterOf(problem)), statusOf[problem.definition.kind], {
      returnTo,
      failure,
    });
  }
}

/** Fixed by the configured base URL: a Host header leads no code anywhere. */
const callbackOf = ({ server }: FastifyRequest): string => `${server.publicAddresses.baseUrl}/login/callback`;
