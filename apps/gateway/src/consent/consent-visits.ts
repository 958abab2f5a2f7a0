import { randomBytes } from 'node:crypto';
import type { Bus } from '@pontage/bus';
import { completeConsent, openConsent } from '@pontage/contracts/auth-broker';
import { consentExpired, isProblem, problemCatalogue, type Problem } from '@pontage/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '../authentication/hash.js';
import { callOf } from '../authentication/caller.js';
import { cookieOf, organisationOf } from '../authentication/credentials.js';
import { noteSecrets } from '../authentication/note-secrets.js';
import { visitOf } from '../embed/visit.js';
import { sendPage } from '../pages/send-page.js';
import { statusOf } from '../problems/status-of.js';
import { callbackQuery } from './callback-query.js';
import { confirmationOf, isConfirmation } from './confirmation.js';
import { brokenPage, confirmPage, donePage, lookPage } from './consent-pages.js';

/** By which a sign-in knows the browser that opened it. `__Host-`: no other host, and no page over plain HTTP, can set it. */
const cookieName = '__Host-pontage-browser';
const cookieSeconds = 3_600;

const gateway = { type: 'service', id: 'gateway', display: 'gateway' } as const;

/** Answers a browser on its way to a provider and back. The first one that opens a sign-in has it, and only there it ends. */
export class ConsentVisits {
  constructor(private readonly bus: Bus) {}

  /** `GET /auth/consent/{handle}`: a look (a preview, a prefetch) changes nothing. */
  async open(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { handle } = request.params as { handle: string };
    const org = organisationOf(handle);
    if (org === undefined) return refuse(reply, consentExpired({}));
    if (visitOf(request) === 'look') return sendPage(reply, 200, lookPage(handle));
    const browser = browserOf(request) ?? randomBytes(32).toString('base64url');
    noteSecrets(org, [handle, browser]);
    // Only a link on the page that says who gets what can hold this: nobody else's page can send somebody past it.
    const isConfirmed = isConfirmation((request.query as { confirmed?: unknown }).confirmed, browser, handle);
    const asked = { handleHash: sha256(handle), browserHash: sha256(browser), isConfirmed };
    try {
      const next = await this.bus.request(openConsent, asked, callOf(request, org, gateway));
      reply.header('set-cookie', browserCookie(browser));
      if (next.step === 'confirm') {
        const link = { handle, confirmation: confirmationOf(browser, handle) };
        return await sendPage(reply, 200, confirmPage(link, next));
      }
      return await reply.header('cache-control', 'no-store').redirect(next.url, 303);
    } catch (error) {
      if (!isProblem(error)) throw error;
      return refuse(reply, error);
    }
  }

  /** `GET /oauth/callback`: who comes back goes where the sign-in was begun for, and nowhere else. */
  async complete(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const answer = new URLSearchParams(callbackQuery(request));
    const state = answer.get('state') ?? '';
    const org = organisationOf(state);
    const browser = browserOf(request);
    if (org === undefined || browser === undefined) return refuse(reply, consentExpired({}));
    noteSecrets(org, [state, browser, answer.get('code') ?? '']);
    const asked = { stateHash: sha256(state), browserHash: sha256(browser), answer: answer.toString() };
    try {
      const { failure, returnTo, resource } = await this.bus.request(
        completeConsent,
        asked,
        callOf(request, org, gateway),
      );
      if (failure !== null)
        return await sendPage(reply, statusOfSlug(failure.problem), brokenPage(failure.detail, returnTo));
      if (returnTo !== null) return await reply.header('cache-control', 'no-store').redirect(returnTo, 303);
      return await sendPage(reply, 200, donePage(resource, request.server.publicAddresses.embedOrigin));
    } catch (error) {
      if (!isProblem(error)) throw error;
      return refuse(reply, error);
    }
  }
}

function statusOfSlug(slug: string): number {
  const definition = problemCatalogue.get(slug);
  return definition === undefined ? 502 : statusOf[definition.kind];
}

function refuse(reply: FastifyReply, problem: Problem): FastifyReply {
  const { kind, title } = problem.definition;
  return sendPage(reply, statusOf[kind], brokenPage(problem.detail ?? title, null));
}

function browserOf(request: FastifyRequest): string | undefined {
  const found = cookieOf(request, cookieName);
  return found !== undefined && /^[\w-]{43}$/.test(found) ? found : undefined;
}

/** @see RFC 6265bis, 4.1.3. Lax: the provider's redirect, which is a navigation from another site, brings it along. */
const browserCookie = (browser: string): string =>
  `${cookieName}=${browser}; Path=/; Max-Age=${cookieSeconds}; Secure; HttpOnly; SameSite=Lax`;
