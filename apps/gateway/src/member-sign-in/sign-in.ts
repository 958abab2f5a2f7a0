import type { Bus } from '@pontage/bus';
import type { Call, ReplyOf } from '@pontage/contracts';
import { endMemberSession, signInWithPassword } from '@pontage/contracts/resource-registry';
import { forbidden, isProblem, type Problem } from '@pontage/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callOf } from '../authentication/caller.js';
import { csrfTokenOf, newMemberToken } from '../authentication/credentials.js';
import { sha256 } from '../authentication/hash.js';
import { isFromOwnPage } from '../authentication/refuse-forgery.js';
import { sendPage } from '../pages/send-page.js';
import { statusOf } from '../problems/status-of.js';
import { retryAfterOf } from '../problems/send-problem.js';
import { returnPath } from './return-to.js';
import { noSessionCookie, sessionCookieOf } from './session-cookie.js';
import { isForm, readCredentials } from './sign-in-form.js';
import type { SignInLimits } from './sign-in-limits.js';
import { signedInPage, signInPage } from './sign-in-page.js';

type Opened = ReplyOf<typeof signInWithPassword>;

/** Nobody's organisation: which one it is about, the registry finds out. */
const noOrganisation = '00000000-0000-0000-0000-000000000000';

/** The frame of calls before it is known who asks. */
export const callOfDoor = (request: FastifyRequest): Call =>
  callOf(request, noOrganisation, { type: 'service', id: 'gateway', display: 'gateway' });

/** Lets members in with their passwords, and out again. */
export class SignIn {
  constructor(
    private readonly bus: Bus,
    private readonly limits: SignInLimits,
    /** What the identity provider is called; undefined: there is none. */
    private readonly provider: string | undefined,
  ) {}

  /** The page to sign in at, on the origin that its cookie is for. */
  async page(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { publicAddresses, authentication } = request.server;
    const asked = new URL(request.url, publicAddresses.baseUrl);
    const own = new URL(publicAddresses.baseUrl);
    if (request.headers.host !== own.host) return reply.redirect(`${own.origin}/login${asked.search}`, 302);
    const session = await authentication.members.sessionOf(request);
    const member = session && (await authentication.members.acting(session.org, session.memberId));
    if (member !== undefined) return sendPage(reply, 200, signedInPage(member.email));
    const organisation = asked.searchParams.get('organisation')?.slice(0, 100);
    return this.show(reply, 200, {
      returnTo: returnPath(asked.searchParams.get('returnTo')),
      ...(organisation === undefined ? {} : { organisation }),
    });
  }

  /** Signs in: a form is led on, a program is told who it is now. */
  async enter(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    refuseForeignPage(request);
    const form = isForm(request);
    const given = readCredentials(request);
    const { email, password, organisation } = given;
    const returnTo = returnPath(given.returnTo);
    const token = newMemberToken();
    const asked = {
      email,
      password,
      tokenHash: sha256(token),
      ...(organisation === undefined ? {} : { organisation }),
    };
    try {
      // Without the organisation: the first one answers to its name and to none, and an account there would be two.
      const opened = await this.limits.guard(request, email, () =>
        this.bus.request(signInWithPassword, asked, callOfDoor(request)),
      );
      await this.let(request, reply, opened, token);
      return form
        ? await reply.redirect(returnTo, 303)
        : await reply.send({ member: opened.member, expiresAt: opened.expiresAt, csrfToken: csrfTokenOf(token) });
    } catch (error) {
      if (!form || !isProblem(error)) throw error;
      return this.show(reply.headers(retryAfterOf(error)), statusOf[error.definition.kind], {
        returnTo,
        email,
        failure: wordsOf(error),
        ...(organisation === undefined ? {} : { organisation }),
      });
    }
  }

  /** Always a new session: the one that the browser may have come with ends, whoever gave it to him. */
  async let(request: FastifyRequest, reply: FastifyReply, opened: Opened, token: string): Promise<void> {
    await this.endSession(request).catch(() => undefined);
    reply.header('set-cookie', sessionCookieOf(token, opened.expiresAt));
  }

  /** Ends the session everywhere. */
  async leave(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    refuseForeignPage(request);
    await this.endSession(request);
    reply.header('set-cookie', noSessionCookie);
    const wantsPage = (request.headers.accept ?? '').includes('text/html');
    return wantsPage ? reply.redirect('/login', 303) : reply.code(204).send();
  }

  /** The page again, saying what is wrong. */
  show(reply: FastifyReply, status: number, facts: Parameters<typeof signInPage>[0]): FastifyReply {
    return sendPage(
      reply,
      status,
      signInPage({ ...facts, ...(this.provider === undefined ? {} : { provider: this.provider }) }),
    );
  }

  private async endSession(request: FastifyRequest): Promise<void> {
    const { members } = request.server.authentication;
    const session = await members.sessionOf(request);
    if (session === undefined) return;
    const principal = (await members.acting(session.org, session.memberId)) ?? callOfDoor(request).principal;
    await this.bus.request(
      endMemberSession,
      { tokenHash: sha256(session.token) },
      callOf(request, session.org, principal),
    );
  }
}

/** @throws forbidden for what a page of somebody else's posts: it would sign its visitor in as somebody, or out */
function refuseForeignPage(request: FastifyRequest): void {
  if (!isFromOwnPage(request, request.server.publicAddresses.ownOrigin))
    throw forbidden({}, { detail: 'Only our own pages sign in and out.' });
}

/** What a person reads: the same for every reason why he is not let in. */
export function wordsOf(problem: Problem): string {
  if (problem.definition.kind === 'rate-limited')
    return `Too many attempts. Try again in ${problem.retryAfterSeconds ?? 1} seconds.`;
  if (problem.definition.kind === 'unavailable') return 'Signing in does not work right now. Try again in a moment.';
  return problem.definition.kind === 'unauthenticated'
    ? 'This e-mail address and this password do not sign in.'
    : 'Signing in did not work.';
}
