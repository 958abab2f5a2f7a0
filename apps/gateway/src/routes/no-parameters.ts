import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parsed } from './parsed.js';

const noParameters = z.strictObject({});

/**
 * Refuses URL parameters where none is read: an environment that is named there would be believed to count.
 * @throws Problem `invalid-request` with a pointer to each
 */
export function refuseParameters({ url, query }: FastifyRequest): void {
  if (url.includes('?')) parsed(noParameters, query, '/query');
}
