import type { FastifyRequest } from 'fastify';
import { noQuery } from './asked.js';
import { parsed } from './parsed.js';

/**
 * Refuses URL parameters where none is read: an environment that is named there would be believed to count.
 * @throws Problem `invalid-request` with a pointer to each
 */
export function refuseParameters({ url, query }: FastifyRequest): void {
  if (url.includes('?')) parsed(noQuery, query, '/query');
}
