import type { Bus } from '@pontage/bus';
import { completeConsent, openConsent } from '@pontage/contracts/auth-broker';
import type { FastifyInstance } from 'fastify';
import { serveAssets } from '../pages/assets.js';
import { describes, operation } from '../routes/operation.js';
import { ConsentVisits } from './consent-visits.js';

/** What a person's browser is shown of a sign-in: before they leave for the provider, and when they come back. */
export function serveConsents(fastify: FastifyInstance, bus: Bus): void {
  const visits = new ConsentVisits(bus);
  const opens = operation({
    id: 'openConsent',
    summary: 'Leads a person to the provider of a resource, by way of a page that says who will get what.',
    access: 'anybody',
    status: 303,
    media: ['text/html'],
    problems: openConsent.problems,
  });
  fastify.get('/auth/consent/:handle', { config: describes(opens) }, (request, reply) => visits.open(request, reply));
  const completes = operation({
    id: 'completeConsent',
    summary: 'Where providers send people back to.',
    access: 'anybody',
    status: 303,
    media: ['text/html'],
    problems: completeConsent.problems,
  });
  fastify.get('/oauth/callback', { config: describes(completes) }, (request, reply) => visits.complete(request, reply));
  serveAssets(fastify, '/auth/assets');
}
