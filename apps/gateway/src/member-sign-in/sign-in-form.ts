import { email } from '@pontage/contracts/resource-registry';
import { invalidFields, invalidRequest } from '@pontage/problems';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readJson } from '../routes/read-json.js';

/** What somebody signs in with. */
export const credentials = z.strictObject({
  email,
  password: z.string().min(1).max(200),
  organisation: z.string().min(1).max(100).optional(),
  returnTo: z.string().max(2000).optional(),
});

/** True for what our own page posts; programs send JSON. */
export const isForm = ({ headers }: FastifyRequest): boolean =>
  /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers['content-type'] ?? '');

/**
 * The form or the JSON of a sign-in.
 * @throws Problem `invalid-request`, `unsupported-media-type`
 */
export function readCredentials(request: FastifyRequest): z.output<typeof credentials> {
  const given = isForm(request) ? readForm(request) : readJson(request, { exactIntegers: false });
  if (given === undefined) throw invalidRequest({}, { detail: 'A JSON body is needed.' });
  const parsed = credentials.safeParse(given);
  if (!parsed.success) throw invalidFields(parsed.error);
  return parsed.data;
}

function readForm({ body }: FastifyRequest): Record<string, string> {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '';
  return Object.fromEntries([...new URLSearchParams(text)].filter(([, value]) => value !== ''));
}
