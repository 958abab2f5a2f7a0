import type { Bus } from '@pontage/bus';
import { member, signInWithPassword } from '@pontage/contracts/resource-registry';
import { forbidden, invalidRequest, rateLimited, unsupportedMediaType } from '@pontage/problems';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { describes, operation } from '../routes/operation.js';
import { OidcSignIn, type OidcManner } from './oidc-sign-in.js';
import { SignIn } from './sign-in.js';
import { credentials } from './sign-in-form.js';
import type { SignInLimits } from './sign-in-limits.js';

/** An address, a password and where to go. */
const bodyLimit = 8 * 1024;
const signedIn = z.strictObject({ member, expiresAt: z.iso.datetime(), csrfToken: z.string() });

/** How members come in and go out: pages for people, and the same for programs. */
export function serveSignIn(
  fastify: FastifyInstance,
  bus: Bus,
  limits: SignInLimits,
  oidc: OidcManner | undefined,
): void {
  const door = new SignIn(bus, limits, oidc?.name);
  serveDoor(fastify, door);
  serveProvider(fastify, new OidcSignIn(bus, limits, door, oidc));
}

function serveDoor(fastify: FastifyInstance, door: SignIn): void {
  const page = operation({
    id: 'showSignIn',
    summary: 'Shows the page to sign in at.',
    access: 'anybody',
    media: ['text/html'],
    unlisted: true,
  });
  fastify.get('/login', { config: describes(page) }, (request, reply) => door.page(request, reply));
  const enter = operation({
    id: 'signIn',
    summary: 'Signs a member in with his password: the answer sets the session cookie. A form is led on instead.',
    access: 'anybody',
    body: credentials,
    reply: signedIn,
    problems: [...signInWithPassword.problems, rateLimited, forbidden, invalidRequest, unsupportedMediaType],
  });
  fastify.post('/login', { config: describes(enter), bodyLimit }, (request, reply) => door.enter(request, reply));
  const leave = operation({
    id: 'signOut',
    summary: 'Ends the session of the cookie, everywhere and at once. A form is led to the sign-in page instead.',
    access: 'anybody',
    status: 204,
    problems: [forbidden],
  });
  fastify.post('/logout', { config: describes(leave), bodyLimit }, (request, reply) => door.leave(request, reply));
}

function serveProvider(fastify: FastifyInstance, provider: OidcSignIn): void {
  const page = (id: string, summary: string) =>
    describes(operation({ id, summary, access: 'anybody', status: 302, media: ['text/html'], unlisted: true }));
  fastify.get('/login/oidc', { config: page('beginSignIn', 'Leads to the identity provider.') }, (request, reply) =>
    provider.begin(request, reply),
  );
  fastify.get(
    '/login/callback',
    { config: page('completeSignIn', 'Takes back whom the identity provider has let in.') },
    (request, reply) => provider.complete(request, reply),
  );
}
